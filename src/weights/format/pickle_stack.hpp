/// @file
/// The stack of the pickle machine: values and the marks between them. A malformed pickle can neither underflow it nor
/// reach below the last mark.
#pragma once

#include <cstddef>
#include <vector>

#include "weights/format/byte_reader.hpp"
#include "weights/format/pickle_value.hpp"

namespace graft {

class PickleStack {
public:
    /// `in` gives the place of a DataError.
    explicit PickleStack(const ByteReader& in) : in_(in) {}

    void push(PickleValue value) { values_.push_back(value); }
    void mark() { marks_.push_back(values_.size()); }

    [[nodiscard]] PickleValue top() const {
        expect_values(1);
        return values_.back();
    }

    PickleValue pop() { return pop(1).front(); }

    /// The last `count` values, oldest first.
    std::vector<PickleValue> pop(std::size_t count) {
        expect_values(count);
        const std::vector<PickleValue> popped(values_.end() - static_cast<std::ptrdiff_t>(count), values_.end());
        values_.resize(values_.size() - count);
        return popped;
    }

    /// The values since the last mark, oldest first; the mark is removed.
    std::vector<PickleValue> pop_to_mark() {
        if (marks_.empty()) in_.fail("is not a well-formed pickle: a mark is missing on its stack");
        const std::vector<PickleValue> popped = pop(values_.size() - marks_.back());
        marks_.pop_back();
        return popped;
    }

private:
    void expect_values(std::size_t count) const {
        const std::size_t floor = marks_.empty() ? 0 : marks_.back();
        if (values_.size() - floor < count) in_.fail("is not a well-formed pickle: a value is missing on its stack");
    }

    const ByteReader& in_;
    std::vector<PickleValue> values_;
    std::vector<std::size_t> marks_;
};

}  // namespace graft
