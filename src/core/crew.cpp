#include "core/crew.hpp"

namespace graft {

Crew::Crew(std::size_t size, const std::function<void()>& on_start) : errors_(size) {
    for (std::size_t i = 0; i < size; ++i)
        threads_.emplace_back([this, on_start, i] {
            on_start();
            serve(i);
        });
}

Crew::~Crew() {
    const std::scoped_lock lock(mutex_);
    over_ = true;
    begin_.notify_all();
}

void Crew::run(const std::function<void(std::size_t)>& work) {
    std::unique_lock lock(mutex_);
    work_ = &work;
    left_ = threads_.size();
    ++round_;
    begin_.notify_all();
    done_.wait(lock, [&] { return left_ == 0; });
    work_ = nullptr;
    for (std::exception_ptr& error : errors_)
        if (error) {
            const std::exception_ptr first = error;
            for (std::exception_ptr& each : errors_) each = nullptr;
            std::rethrow_exception(first);
        }
}

void Crew::serve(std::size_t index) {
    std::size_t seen = 0;
    std::unique_lock lock(mutex_);
    while (true) {
        begin_.wait(lock, [&] { return over_ || round_ != seen; });
        if (over_) return;
        seen = round_;
        const auto* work = work_;
        lock.unlock();
        try {
            (*work)(index);
        } catch (...) {
            errors_[index] = std::current_exception();  // read after `left_` is 0 only
        }
        lock.lock();
        if (--left_ == 0) done_.notify_one();
    }
}

}  // namespace graft
