#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "export/onnx/wire_reader.hpp"
#include "export/onnx/wire_writer.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using namespace std::string_literals;

TEST(WireWriter, WritesIntegersSevenBitsAByteLowestFirst) {
    EXPECT_EQ(WireWriter().integer(1, 1).bytes(), "\x08\x01"s);
    EXPECT_EQ(WireWriter().integer(1, 150).bytes(), "\x08\x96\x01"s);  // the example of the format's own guide
    EXPECT_EQ(WireWriter().integer(20, 0).bytes(), "\xA0\x01\x00"s);   // field 20 needs two bytes for its key
}

TEST(WireWriter, WritesNegativeIntegersInTenBytes) {
    EXPECT_EQ(WireWriter().integer(3, -1).bytes(), "\x18\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"s);
}

TEST(WireWriter, WritesFloatsLittleEndian) {
    EXPECT_EQ(WireWriter().number(2, 1.0F).bytes(), "\x15\x00\x00\x80\x3F"s);
    EXPECT_EQ(WireWriter().number(2, -2.5F).bytes(), "\x15\x00\x00\x20\xC0"s);
}

TEST(WireWriter, WritesTextAndMessagesWithTheirLength) {
    EXPECT_EQ(WireWriter().text(2, "testing").bytes(), "\x12\x07testing"s);
    const WireWriter inner = WireWriter().integer(1, 150);
    EXPECT_EQ(WireWriter().message(3, inner).bytes(), "\x1A\x03\x08\x96\x01"s);
}

TEST(WireReader, ReadsBackWhatTheWriterWrote) {
    const std::string bytes = WireWriter().integer(1, -7).number(2, 0.5F).text(200, "abc").bytes();
    WireReader reader(bytes);
    EXPECT_EQ(static_cast<std::int64_t>(reader.next()->number), -7);
    EXPECT_EQ(reader.next()->number, 0x3F000000U);
    const auto text = reader.next();
    EXPECT_EQ(text->field, 200U);
    EXPECT_EQ(text->bytes, "abc");
    EXPECT_FALSE(reader.next());
}

std::string failure_of(std::string_view bytes) {
    try {
        WireReader reader(bytes);
        while (reader.next()) {
        }
    } catch (const DataError& error) {
        return error.what();
    }
    return "none";
}

TEST(WireReader, RefusesWhatIsCutOff) {
    EXPECT_EQ(failure_of("\x12\x07test"), "cut off in the middle of a field");
    EXPECT_EQ(failure_of("\x08"), "cut off in the middle of a field");
    EXPECT_EQ(failure_of("\x15\x01\x02"), "cut off in the middle of a field");
}

TEST(WireReader, RefusesNumbersThatDoNotEndAndUnknownKindsOfFields) {
    EXPECT_EQ(failure_of(std::string(11, '\xFF')), "a number longer than ten bytes");
    EXPECT_EQ(failure_of("\x0B"), "a field of unknown wire type 3");
}

TEST(WireReader, IsNotFooledByALengthThatWrapsAround) {
    std::string bytes = "\x12";
    bytes += std::string(9, '\xFF') + "\x01";
    EXPECT_EQ(failure_of(bytes), "cut off in the middle of a field");
}

}  // namespace
}  // namespace graft
