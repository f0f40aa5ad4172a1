/// @file
/// What a metric has collected, as bytes: written and read by one function, which names its parts in their order.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "graft/core/errors.hpp"

namespace graft {

/// Collects the parts, or gives them back to an object like the one that they came from.
class MetricState {
public:
    MetricState() = default;
    explicit MetricState(std::string bytes) : bytes_(std::move(bytes)), reads_(true) {}

    template <class Number>
    requires std::is_trivially_copyable_v<Number>
    void part(Number& value) { numbers(std::as_writable_bytes(std::span(&value, 1))); }
    template <class Number>
    requires std::is_trivially_copyable_v<Number>
    void part(std::vector<Number>& values) {
        std::size_t count = values.size();
        part(count);
        if (reads_ && count > (bytes_.size() - place_) / sizeof(Number)) fail();
        values.resize(count);
        numbers(std::as_writable_bytes(std::span(values)));
    }

    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    void numbers(std::span<std::byte> numbers) {
        if (numbers.empty()) return;
        if (!reads_) {
            bytes_.append(reinterpret_cast<const char*>(numbers.data()), numbers.size());
            return;
        }
        if (numbers.size() > bytes_.size() - place_) fail();
        std::memcpy(numbers.data(), bytes_.data() + place_, numbers.size());
        place_ += numbers.size();
    }
    [[noreturn]] static void fail() { throw DataError("the measures of an epoch that was not over are damaged"); }

    std::string bytes_;
    std::size_t place_ = 0;
    bool reads_ = false;
};

}  // namespace graft
