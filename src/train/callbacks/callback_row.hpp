/// @file
/// Makes the table row of a callback from its class and its options struct, and declares the rows that graft brings.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "train/callback.hpp"

namespace graft {

#define GRAFT_CALLBACK(name) [[nodiscard]] CallbackRow name##_row();
#include "train/callbacks/builtin_callbacks.inc"
#undef GRAFT_CALLBACK

namespace detail {
/// Calls the free `describe`, which a member of that name would hide.
template <class Options>
void describe_options(Fields& fields, Options& options) {
    describe(fields, options);
}
}  // namespace detail

/// `Built` is constructed from `(const Options&, const CallbackContext&)`; there is a `describe(Fields&, Options&)`.
template <class Built, class Options>
class CallbackSpecOf final : public CallbackSpec {
public:
    explicit CallbackSpecOf(std::string name) : name_(std::move(name)) {}
    [[nodiscard]] std::string_view name() const override { return name_; }
    void describe(Fields& fields) override { detail::describe_options(fields, options_); }
    [[nodiscard]] std::unique_ptr<Callback> build(const CallbackContext& context) const override {
        return std::make_unique<Built>(options_, context);
    }

private:
    std::string name_;
    Options options_;
};

template <class Built, class Options>
[[nodiscard]] CallbackRow callback_row(const std::string& name, std::string summary) {
    return {name, std::move(summary), [name] { return std::make_shared<CallbackSpecOf<Built, Options>>(name); }};
}

}  // namespace graft
