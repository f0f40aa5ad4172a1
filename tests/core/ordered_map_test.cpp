#include "core/ordered_map.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>

#include "core/random.hpp"
#include "error_message.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::IsEmpty;

struct Shape {
    std::size_t workers, window;
};
constexpr Shape kShapes[] = {{1, 1}, {1, 16}, {2, 1}, {2, 3}, {8, 2}, {8, 64}};

OrderedMapOptions with(Shape shape) { return {.workers = shape.workers, .window = shape.window}; }

std::vector<std::size_t> counted_to(std::size_t count) {
    std::vector<std::size_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    return numbers;
}

TEST(OrderedMap, HandsOverItemsInOrderWhateverTheWorkersAndTheWindow) {
    for (const Shape shape : kShapes) {
        std::vector<std::size_t> indices, items;
        const std::size_t done = ordered_map(
            100, with(shape), [](std::size_t i) { return i * i; },
            [&](std::size_t i, std::size_t item) {
                indices.push_back(i);
                items.push_back(item);
            });
        EXPECT_EQ(done, 100);
        EXPECT_EQ(indices, counted_to(100));
        for (std::size_t i = 0; i < items.size(); ++i) EXPECT_EQ(items[i], i * i);
    }
}

TEST(OrderedMap, HasAThreadForEachCoreWhereNoneAreAskedFor) {
    EXPECT_EQ(workers_or_cores(3), 3U);
    EXPECT_EQ(workers_or_cores(0), std::max(1U, std::thread::hardware_concurrency()));
}

TEST(OrderedMap, ConsumesOnTheCallingThreadAndMakesOnOthers) {
    const std::thread::id here = std::this_thread::get_id();
    ordered_map(
        20, {.workers = 3}, [](std::size_t) { return std::this_thread::get_id(); },
        [&](std::size_t, std::thread::id maker) {
            EXPECT_EQ(std::this_thread::get_id(), here);
            EXPECT_NE(maker, here);
        });
}

TEST(OrderedMap, NeverHoldsMoreItemsThanTheWindow) {
    for (const Shape shape : kShapes) {
        std::atomic<int> alive = 0, most = 0;
        ordered_map(
            200, with(shape),
            [&](std::size_t) {
                const int now = ++alive;
                for (int before = most; now > before && !most.compare_exchange_weak(before, now);) {
                }
                return 0;
            },
            [&](std::size_t, int) { --alive; });
        EXPECT_GE(most, 1);
        EXPECT_LE(most, static_cast<int>(shape.window));
    }
}

TEST(OrderedMap, MakesItemsAheadWhileOneIsConsumed) {
    std::latch made(4);  // the first item's consumer waits for three more
    ordered_map(
        4, {.workers = 2, .window = 4},
        [&](std::size_t i) {
            made.count_down();
            return i;
        },
        [&](std::size_t, std::size_t) { made.wait(); });
    EXPECT_TRUE(made.try_wait());
}

TEST(OrderedMap, RunsItsWorkersAtTheSameTime) {
    std::latch all(3);
    std::set<std::thread::id> makers;
    ordered_map(
        3, {.workers = 3, .window = 3},
        [&](std::size_t) {
            all.arrive_and_wait();  // would wait for ever on one thread
            return std::this_thread::get_id();
        },
        [&](std::size_t, std::thread::id maker) { makers.insert(maker); });
    EXPECT_EQ(makers.size(), 3);
}

TEST(OrderedMap, MovesItemsThatCannotBeCopied) {
    std::size_t sum = 0;
    ordered_map(
        10, {.workers = 2}, [](std::size_t i) { return std::make_unique<std::size_t>(i); },
        [&](std::size_t, std::unique_ptr<std::size_t> item) { sum += *item; });
    EXPECT_EQ(sum, 45);
}

TEST(OrderedMap, DoesNothingForNoItems) {
    std::atomic<int> started = 0;
    const auto make = [](std::size_t i) { return i; };
    EXPECT_EQ(ordered_map(0, {.workers = 4, .on_worker_start = [&] { ++started; }}, make,
                          [](std::size_t, std::size_t) { FAIL(); }),
              0);
    EXPECT_EQ(started, 0);
}

TEST(OrderedMap, PreparesEveryWorkerOnceAndStartsNoMoreThanThereAreItems) {
    for (const std::size_t count : {2, 3, 50}) {
        std::atomic<std::size_t> started = 0;
        ordered_map(
            count, {.workers = 3, .on_worker_start = [&] { ++started; }}, [](std::size_t i) { return i; },
            [](std::size_t, std::size_t) {});
        EXPECT_EQ(started, std::min<std::size_t>(count, 3));
    }
}

TEST(OrderedMap, RethrowsWhatAnItemThrewWhenItsTurnComes) {
    for (const Shape shape : kShapes) {
        std::vector<std::size_t> consumed;
        const auto make = [](std::size_t i) -> std::size_t {
            if (i == 3 || i == 4) throw std::runtime_error("item " + std::to_string(i));
            return i;
        };
        const auto consume = [&](std::size_t i, std::size_t) { consumed.push_back(i); };
        EXPECT_EQ(error_message<std::runtime_error>([&] { ordered_map(50, with(shape), make, consume); }), "item 3");
        EXPECT_THAT(consumed, ElementsAre(0, 1, 2));
    }
}

TEST(OrderedMap, EndsWhenTheConsumerThrows) {
    for (const Shape shape : kShapes) {
        std::atomic<std::size_t> made = 0;
        const auto make = [&](std::size_t i) {
            ++made;
            return i;
        };
        const auto consume = [](std::size_t i, std::size_t) {
            if (i == 5) throw std::runtime_error("enough");
        };
        EXPECT_EQ(error_message<std::runtime_error>([&] { ordered_map(1'000, with(shape), make, consume); }), "enough");
        EXPECT_LE(made, 5 + shape.window);
    }
}

TEST(OrderedMap, ConsumesNothingAfterAStop) {
    for (const Shape shape : kShapes) {
        std::stop_source source;
        std::atomic<std::size_t> made = 0;
        std::vector<std::size_t> consumed;
        OrderedMapOptions options = with(shape);
        options.stop = source.get_token();
        const std::size_t done = ordered_map(
            1'000, options,
            [&](std::size_t i) {
                ++made;
                return i;
            },
            [&](std::size_t i, std::size_t) {
                consumed.push_back(i);
                if (i == 5) source.request_stop();
            });
        EXPECT_EQ(done, 6);
        EXPECT_THAT(consumed, ElementsAre(0, 1, 2, 3, 4, 5));
        EXPECT_LE(made, 5 + shape.window);
    }
}

TEST(OrderedMap, BeginsNothingWhenItIsStoppedBefore) {
    std::stop_source source;
    source.request_stop();
    std::atomic<int> made = 0;
    const std::size_t done = ordered_map(
        10, {.workers = 2, .stop = source.get_token()}, [&](std::size_t) { return ++made; },
        [](std::size_t, int) { FAIL(); });
    EXPECT_EQ(done, 0);
    EXPECT_EQ(made, 0);
}

TEST(OrderedMap, EndsWhenItIsStoppedWhileTheConsumerWaits) {
    for (const Shape shape : kShapes) {
        std::stop_source source;
        OrderedMapOptions options = with(shape);
        options.stop = source.get_token();
        std::size_t consumed = 0;
        const std::size_t done = ordered_map(
            1'000, options,
            [&](std::size_t i) {
                if (i == 7) source.request_stop();
                return i;
            },
            [&](std::size_t i, std::size_t) { consumed = i + 1; });
        EXPECT_EQ(done, consumed);
        EXPECT_LE(done, 8 + shape.window);
    }
}

/// Nothing, an exception or a stop at some item, with any number of workers and any window: the outcome is always one
/// of those that the contract allows, and it always ends.
TEST(OrderedMap, HoldsUnderStress) {
    Rng rng(11);
    for (int round = 0; round < 400; ++round) {
        const std::size_t count = rng.below(120), event_at = rng.below(120);
        const std::uint64_t event = rng.below(3);
        std::stop_source source;
        const OrderedMapOptions options{
            .workers = 1 + rng.below(6), .window = 1 + rng.below(9), .stop = source.get_token()};
        std::vector<std::size_t> consumed;
        const auto make = [&](std::size_t i) {
            if (event == 1 && i == event_at) throw std::runtime_error("thrown");
            if (event == 2 && i == event_at) source.request_stop();
            return i;
        };
        std::size_t done = 0;
        const std::string message = error_message<std::runtime_error>([&] {
            done = ordered_map(count, options, make, [&](std::size_t, std::size_t item) { consumed.push_back(item); });
        });
        EXPECT_EQ(consumed, counted_to(consumed.size()));
        const bool happened = event_at < count;
        if (event == 1 && happened) {
            EXPECT_EQ(message, "thrown");
            EXPECT_EQ(consumed.size(), event_at);
        } else {
            EXPECT_EQ(done, consumed.size());
            EXPECT_TRUE(done == count || (event == 2 && happened));
        }
    }
}

}  // namespace
}  // namespace graft
