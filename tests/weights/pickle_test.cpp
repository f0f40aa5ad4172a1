#include "weights/format/pickle.hpp"

#include <gtest/gtest.h>

#include <string>

namespace graft {
namespace {

using namespace std::string_literals;

Pickle read(const std::string& bytes) {
    ByteReader in(bytes, "w.pth");
    return read_pickle(in);
}

std::string error_of(const std::string& bytes) {
    try {
        read(bytes);
    } catch (const DataError& error) {
        return error.what();
    }
    return "no error";
}

template <class Number>
Number number_of(const std::string& bytes) {
    return std::get<Number>(read(bytes).root);
}

/// The opcodes of a tensor: a storage of 6 floats, offset, sizes (2, 3), strides (3, 1).
const std::string kStorage = "(U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\6tQ"s;
const std::string kTensor = "ctorch._utils\n_rebuild_tensor_v2\n("s + kStorage + "K\0K\2K\3\x86K\3K\1\x86\x89"s +
                            "ccollections\nOrderedDict\n)RtR"s;

TEST(Pickle, ReadsNumbersOfEveryWidth) {
    EXPECT_EQ(number_of<std::int64_t>("K\xFF."), 255);
    EXPECT_EQ(number_of<std::int64_t>("M\x01\x02."), 0x0201);
    EXPECT_EQ(number_of<std::int64_t>("J\xFE\xFF\xFF\xFF."), -2);
    EXPECT_EQ(number_of<std::int64_t>("\x8A\x00."s), 0);
    EXPECT_EQ(number_of<std::int64_t>("\x8A\x01\xFF."s), -1);
    EXPECT_EQ(number_of<std::int64_t>("\x8A\x02\xFF\x00."s), 255);
    EXPECT_EQ(number_of<std::int64_t>("\x8B\x01\x00\x00\x00\x7F."s), 127);
    EXPECT_EQ(number_of<std::int64_t>("I-12\n."), -12);
    EXPECT_EQ(number_of<std::int64_t>("L34L\n."), 34);
    EXPECT_EQ(number_of<double>("G\x3F\xF8\x00\x00\x00\x00\x00\x00."s), 1.5);
    EXPECT_EQ(number_of<double>("F-0.25\n."), -0.25);
    EXPECT_TRUE(number_of<bool>("\x88."));
    EXPECT_FALSE(number_of<bool>("I00\n."));
}

TEST(Pickle, KeepsIntegersBeyond64Bits) {
    const Pickle pickle = read("\x8A\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01."s);
    ASSERT_NE(as<PickleBigInteger>(pickle.root), nullptr);
    EXPECT_EQ(as<PickleBigInteger>(pickle.root)->bytes.size(), 9u);
}

TEST(Pickle, ReadsTextsAndBytes) {
    for (const std::string& bytes : {"X\2\0\0\0hi."s, "\x8C\2hi."s, "\x8D\2\0\0\0\0\0\0\0hi."s, "Vhi\n."s, "U\2hi."s,
                                     "T\2\0\0\0hi."s, "S'hi'\n."s}) {
        const Pickle pickle = read(bytes);
        ASSERT_NE(as<PickleText>(pickle.root), nullptr) << bytes;
        EXPECT_EQ(as<PickleText>(pickle.root)->text, "hi");
    }
    for (const std::string& bytes : {"C\1\xFF."s, "B\1\0\0\0\xFF."s, "\x8E\1\0\0\0\0\0\0\0\xFF."s, "U\1\xFF."s}) {
        const Pickle pickle = read(bytes);
        ASSERT_NE(as<PickleBytes>(pickle.root), nullptr) << bytes;
        EXPECT_EQ(as<PickleBytes>(pickle.root)->bytes, "\xFF");
    }
}

TEST(Pickle, ReadsContainersInOrder) {
    const Pickle pickle = read("\x80\2}(K\1K\2\x85K\3]K\4au."s);  // {1: (2,), 3: [4]}
    const PickleDict* const dict = as<PickleDict>(pickle.root);
    ASSERT_NE(dict, nullptr);
    ASSERT_EQ(dict->items.size(), 2u);
    EXPECT_EQ(std::get<std::int64_t>(dict->items[0].first), 1);
    EXPECT_EQ(std::get<std::int64_t>(as<PickleTuple>(dict->items[0].second)->items.at(0)), 2);
    EXPECT_EQ(std::get<std::int64_t>(as<PickleList>(dict->items[1].second)->items.at(0)), 4);
}

TEST(Pickle, SharesWhatTheMemoRecalls) {
    for (const std::string& bytes : {"(]q\1h\1t."s, "(]r\1\0\0\0j\1\0\0\0t."s, "(]p1\ng1\nt."s, "(]\x94h\0t."s}) {
        const Pickle pickle = read(bytes);
        const PickleTuple* const tuple = as<PickleTuple>(pickle.root);
        ASSERT_NE(tuple, nullptr);
        EXPECT_EQ(as<PickleList>(tuple->items.at(0)), as<PickleList>(tuple->items.at(1)));
    }
}

TEST(Pickle, AListMayHoldItself) {
    const Pickle pickle = read("]q\0h\0a."s);
    const PickleList* const list = as<PickleList>(pickle.root);
    ASSERT_NE(list, nullptr);
    EXPECT_EQ(as<PickleList>(list->items.at(0)), list);
}

TEST(Pickle, LeavesTheReaderBehindItsEnd) {
    const std::string bytes = "K\1.K\2.";
    ByteReader in(bytes, "w.pth");
    EXPECT_EQ(std::get<std::int64_t>(read_pickle(in).root), 1);
    EXPECT_EQ(std::get<std::int64_t>(read_pickle(in).root), 2);
    EXPECT_EQ(in.remaining(), 0u);
}

TEST(Pickle, DescribesATensorWithoutMakingIt) {
    const Pickle pickle = read("\x80\2"s + kTensor + ".");
    const TensorLayout* const layout = as<TensorLayout>(pickle.root);
    ASSERT_NE(layout, nullptr);
    EXPECT_EQ(layout->storage.key, "0");
    EXPECT_EQ(layout->storage.type, ElementType::float32);
    EXPECT_EQ(layout->storage.view_count, 6);
    EXPECT_EQ(layout->sizes, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(layout->strides, (std::vector<std::int64_t>{3, 1}));
    ASSERT_EQ(pickle.arena.storages().size(), 1u);
}

TEST(Pickle, IgnoresTheAttributesOfAStateDict) {
    const Pickle pickle = read("ccollections\nOrderedDict\n)R}U\11_metadata}sb."s);
    ASSERT_NE(as<PickleDict>(pickle.root), nullptr);
    EXPECT_TRUE(as<PickleDict>(pickle.root)->items.empty());
}

TEST(Pickle, ReadsAnOrderedDictMadeFromPairs) {
    const Pickle pickle = read(
        "ccollections\nOrderedDict\n](](K\1K\2eK\3K\4\x86"
        "e\x85R."s);  // [[1, 2], (3, 4)]
    const PickleDict* const dict = as<PickleDict>(pickle.root);
    ASSERT_NE(dict, nullptr);
    ASSERT_EQ(dict->items.size(), 2u);
    EXPECT_EQ(std::get<std::int64_t>(dict->items[0].second), 2);
    EXPECT_EQ(std::get<std::int64_t>(dict->items[1].first), 3);
    EXPECT_NE(error_of("ccollections\nOrderedDict\n](K\1e\x85R."s).find("a list of pairs only"), std::string::npos);
}

TEST(Pickle, RefusesOtherPythonObjectsByName) {
    const std::string refusal = "w.pth: names the Python object os.system; graft never runs code from a weights file";
    EXPECT_TRUE(error_of("cos\nsystem\nU\2ls\x85R."s).starts_with(refusal));
    EXPECT_TRUE(error_of("\x80\4\x8C\2os\x8C\6system\x93\x8C\2ls\x85R."s).starts_with(refusal));
    EXPECT_TRUE(error_of("(U\2lsios\nsystem\n."s).starts_with(refusal));
    for (const std::string name :
         {"torch.storage\n_load_from_bytes", "builtins\neval", "torch\nload", "collections\nCounter",
          "torch.nn.modules.conv\nConv2d", "_codecs\nencode", "torch\nComplexFloatStorage"})
        EXPECT_TRUE(error_of("c" + name + "\n.").starts_with("w.pth: names the Python object ")) << name;
}

TEST(Pickle, ShowsNoControlCharactersOfAName) {
    EXPECT_NE(error_of("cos\x1B[2J\nsystem\n.").find("os?[2J.system"), std::string::npos);
}

TEST(Pickle, CallsNothingButTheNamesOfTheTable) {
    EXPECT_NE(error_of("K\1)R.").find("calls an int, which is no Python name"), std::string::npos);
    EXPECT_NE(error_of("ctorch\nFloatStorage\nK\1\x85R.").find("calls the storage type torch.FloatStorage"),
              std::string::npos);
    EXPECT_NE(error_of("ctorch\nSize\nK\1R.").find("calls something with an int"), std::string::npos);
}

TEST(Pickle, RefusesArgumentsThatMakeNoTensor) {
    const std::string call = "ctorch._utils\n_rebuild_tensor\n("s;
    EXPECT_NE(error_of(call + "K\0K\0))tR."s).find("a tensor needs a storage, found an int"), std::string::npos);
    EXPECT_NE(error_of(call + kStorage + "N))tR.").find("a tensor's offset must be an int, found None"),
              std::string::npos);
    EXPECT_NE(error_of(call + kStorage + "K\0K\0)tR."s).find("a tensor's size must be a tuple, found an int"),
              std::string::npos);
    EXPECT_NE(error_of(call + "tR.").find("4 to 7 values, found 0"), std::string::npos);
    const std::string sizes = "(" + std::string(130, 'N') + "t";
    EXPECT_NE(error_of(call + kStorage + "K\0"s + sizes + ")tR.").find("130 dimensions, allowed are 64"),
              std::string::npos);
    EXPECT_NE(error_of(call + kStorage + "K\0))\x89}}U\4conj\x88stR."s).find("negation or conjugation bit"),
              std::string::npos);
}

TEST(Pickle, RefusesPersistentIdsThatAreNoStorage) {
    EXPECT_NE(error_of("K\1Q.").find("a persistent id that is no storage"), std::string::npos);
    EXPECT_NE(error_of("(U\6modulecos\nsystem\ntQ.").find("os.system"), std::string::npos);
    EXPECT_NE(error_of("(U\6moduleNNNtQ.").find("holds a whole pickled model"), std::string::npos);
    EXPECT_NE(error_of("(U\7storageK\1U\0010U\3cpuK\6tQ.").find("a storage whose type is an int"), std::string::npos);
}

TEST(Pickle, SaysWhatACutOffPickleLacks) {
    EXPECT_EQ(error_of("X\5\0\0\0ab"s), "w.pth: is damaged or cut off: a text needs 5 bytes, 2 are left (at byte 5)");
    EXPECT_EQ(error_of(""), "w.pth: is damaged or cut off: an opcode needs 1 bytes, 0 are left (at byte 0)");
    EXPECT_NE(error_of("\x8D\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF.").find("needs 18446744073709551615 bytes"),
              std::string::npos);
}

TEST(Pickle, RefusesMalformedPrograms) {
    EXPECT_NE(error_of(".").find("a value is missing on its stack"), std::string::npos);
    EXPECT_NE(error_of("K\1(0.").find("a value is missing on its stack"), std::string::npos);  // below the mark
    EXPECT_NE(error_of("t.").find("a mark is missing"), std::string::npos);
    EXPECT_NE(error_of("h\1.").find("recalls the memo 1"), std::string::npos);
    EXPECT_NE(error_of("K\1K\2a.").find("appends to an int"), std::string::npos);
    EXPECT_NE(error_of("K\1(K\2K\3u.").find("sets items of an int"), std::string::npos);
    EXPECT_NE(error_of("}(K\2u.").find("a key that has no value"), std::string::npos);
    EXPECT_NE(error_of("]}b.").find("sets attributes of a list"), std::string::npos);
    EXPECT_NE(error_of("Ia\n.").find("has \"a\" where a number belongs"), std::string::npos);
    EXPECT_NE(error_of("X\1\0\0\0\xFF."s).find("not UTF-8"), std::string::npos);
    EXPECT_NE(error_of("\x80\7.").find("protocol 7"), std::string::npos);
    EXPECT_NE(error_of("\x8F.").find("opcode 143"), std::string::npos);
}

TEST(Pickle, BoundsTheWorkOfAHostileFile) {
    EXPECT_NE(error_of(std::string(3'000'000, 'N')).find("more than 2000000 pickle opcodes"), std::string::npos);
    // A list of 50,000 pairs, copied again and again into OrderedDicts.
    std::string bomb = "ccollections\nOrderedDict\nq\1](NN\x86q\3"s;
    for (int i = 0; i < 50'000; ++i) bomb += "h\3";
    bomb += "e\x85q\2"s;
    for (int i = 0; i < 50'000; ++i) bomb += "0h\1h\2R";
    EXPECT_NE(error_of(bomb + ".").find("more values than a weights file of its size can"), std::string::npos);
}

TEST(Pickle, DeepNestingIsNoRecursion) { EXPECT_EQ(error_of("]" + std::string(500'000, '\x85') + "."), "no error"); }

/// Every outcome but a value or a DataError (a crash, another exception, an endless loop) fails the test.
TEST(Pickle, SurvivesEveryChangeOfOneByte) {
    const std::string good =
        "\x80\2}q\1(U\1w"s + kTensor + "q\2U\1xh\2U\1yG\0\0\0\0\0\0\0\0U\1z]r\3\0\0\0(N\x8A\2abeu."s;
    ASSERT_EQ(error_of(good), "no error");
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = good;
            changed[i] = static_cast<char>(byte);
            (void)error_of(changed);
        }
        (void)error_of(good.substr(0, i));
    }
}

}  // namespace
}  // namespace graft
