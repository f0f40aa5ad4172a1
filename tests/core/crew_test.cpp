#include "core/crew.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "error_message.hpp"

namespace graft {
namespace {

TEST(Crew, GivesEveryThreadItsPartAgainAndAgain) {
    std::atomic<int> begun = 0;
    Crew crew(3, [&] { ++begun; });
    std::vector<std::thread::id> first(3), second(3);
    crew.run([&](std::size_t i) { first[i] = std::this_thread::get_id(); });
    crew.run([&](std::size_t i) { second[i] = std::this_thread::get_id(); });
    EXPECT_EQ(begun, 3);
    EXPECT_EQ(first, second);
    EXPECT_NE(first[0], first[1]);
}

TEST(Crew, WaitsForAllAndThrowsWhatTheFirstPartThrew) {
    Crew crew(3, [] {});
    std::atomic<int> done = 0;
    const auto fail = [&](std::size_t i) {
        ++done;
        if (i > 0) throw std::runtime_error("part " + std::to_string(i));
    };
    EXPECT_EQ(testing::error_message<std::runtime_error>([&] { crew.run(fail); }), "part 1");
    EXPECT_EQ(done, 3);
    crew.run([&](std::size_t) { ++done; });  // it works on
    EXPECT_EQ(done, 6);
}

TEST(Crew, MayHaveNothingToDo) {
    const Crew crew(2, [] {});
}

}  // namespace
}  // namespace graft
