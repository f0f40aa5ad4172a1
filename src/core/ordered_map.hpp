/// @file
/// The one way in which graft uses several cores: items are made on worker threads and handed over in order.
#pragma once

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace graft {

/// Where 0 stands for one thread per core: as many threads as there are cores.
[[nodiscard]] inline std::size_t workers_or_cores(std::size_t workers) {
    return workers > 0 ? workers : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

struct OrderedMapOptions {
    std::size_t workers = 1;                ///< threads that make items, at least 1
    std::size_t window = 16;                ///< items that may exist at once, made or in the making, at least 1
    std::function<void()> on_worker_start;  ///< called first on every worker, to set its thread count; must not throw
    std::stop_token stop;                   ///< when it is requested, no further item is begun
};

namespace detail {

/// The items between the workers that make them and the consumer that takes them in order.
template <class Item>
class OrderedItems {
public:
    using Outcome = std::variant<Item, std::exception_ptr>;

    OrderedItems(std::size_t count, std::size_t window, std::stop_token stop)
        : count_(count), window_(window), stop_(std::move(stop)) {}

    /// For workers: the next item to make, as soon as there is room for it; nothing when no further one is begun.
    std::optional<std::size_t> begin_next() {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return closed_ || begun_ == count_ || begun_ < consumed_ + window_; });
        if (stop_.stop_requested()) closed_ = true;
        if (!closed_ && begun_ < count_) return begun_++;
        ready_.notify_one();  // the consumer may wait for an item that is never begun
        return std::nullopt;
    }
    void put(std::size_t index, Outcome outcome) {
        const std::scoped_lock lock(mutex_);
        made_.emplace(index, std::move(outcome));
        ready_.notify_one();
    }

    /// For the consumer: waits for item `index`; nothing when it was not begun before a stop.
    std::optional<Outcome> take(std::size_t index) {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [&] { return made_.contains(index) || (closed_ && index >= begun_); });
        auto node = made_.extract(index);
        return node ? std::optional<Outcome>(std::move(node.mapped())) : std::nullopt;
    }
    void make_room() {
        const std::scoped_lock lock(mutex_);
        ++consumed_;
        room_.notify_one();
    }
    void close() {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
        room_.notify_all();
    }

private:
    const std::size_t count_, window_;
    const std::stop_token stop_;
    std::mutex mutex_;  // guards all below
    std::condition_variable room_, ready_;
    std::map<std::size_t, Outcome> made_;  // and not taken yet
    std::size_t begun_ = 0, consumed_ = 0;
    bool closed_ = false;
};

}  // namespace detail

/// Calls `make(i)` for i in [0, count) on worker threads and `consume(i, item)` on the calling thread, in order of i.
/// Workers run ahead of the consumer by at most `window` items, which bounds memory. What `make` throws for item i is
/// rethrown here when the turn of i comes, so the outcome does not depend on the number of workers.
/// Returns the number of items consumed: `count`, or fewer when a stop was requested.
template <class Make, class Consume>
std::size_t ordered_map(std::size_t count, const OrderedMapOptions& options, Make make, Consume consume) {
    assert(options.workers > 0 && options.window > 0);
    using Items = detail::OrderedItems<std::invoke_result_t<Make&, std::size_t>>;
    Items items(count, options.window, options.stop);
    const auto work = [&] {
        if (options.on_worker_start) options.on_worker_start();
        while (const std::optional<std::size_t> index = items.begin_next()) {
            try {
                items.put(*index, typename Items::Outcome(std::in_place_index<0>, make(*index)));
            } catch (...) {
                items.put(*index, std::current_exception());
            }
        }
    };
    std::vector<std::jthread> threads;
    struct Close {  // destroyed before `threads` are joined, however this function is left
        Items& items;
        ~Close() { items.close(); }
    } const close{items};
    for (std::size_t i = 0; i < options.workers && i < count; ++i) threads.emplace_back(work);

    for (std::size_t index = 0; index < count; ++index) {
        if (options.stop.stop_requested()) return index;
        if (auto outcome = items.take(index)) {
            if (const auto* error = std::get_if<1>(&*outcome)) std::rethrow_exception(*error);
            consume(index, std::get<0>(std::move(*outcome)));
        } else {
            return index;
        }
        items.make_room();  // only now is the item gone
    }
    return count;
}

}  // namespace graft
