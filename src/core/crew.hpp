/// @file
/// Threads that stay, for work that comes again and again in equal parts.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace graft {

/// Part i is always done by thread i, so that what LibTorch keeps for each thread is found again.
class Crew {
public:
    /// @param on_start called first on every thread; must not throw
    Crew(std::size_t size, const std::function<void()>& on_start);
    ~Crew();
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    [[nodiscard]] std::size_t size() const { return threads_.size(); }
    /// Calls `work(i)` on thread i, for all of them, and waits. Rethrows what the first of those that failed threw.
    void run(const std::function<void(std::size_t)>& work);

private:
    void serve(std::size_t index);

    std::mutex mutex_;  // guards all below but the threads
    std::condition_variable begin_, done_;
    const std::function<void(std::size_t)>* work_ = nullptr;
    std::size_t round_ = 0, left_ = 0;
    bool over_ = false;
    std::vector<std::exception_ptr> errors_;
    std::vector<std::jthread> threads_;
};

}  // namespace graft
