/// @file
/// Things that a config names: callbacks, optimizers, losses, schedules, augmentations, metrics, exporters, tasks. Each
/// is one file with an options struct and one line in a table; all tables follow this one pattern.
///
///     struct BlurOptions { double sigma = 1; };
///     void describe(Fields& fields, BlurOptions& options) { fields.field("sigma", options.sigma, "…", above(0)); }
///     Operation build(const BlurOptions& options, const OperationContext& context) { … }
///     OperationRow gaussian_blur_row() { return plugin_row<OperationRow, BlurOptions>("gaussian_blur", "…"); }
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace graft {

class Fields;

namespace detail {

// The free functions of a plug-in's file, found by the type of its options; members of the same names would hide them.
template <class Options>
void describe_plugin(Fields& fields, Options& options) {
    describe(fields, options);
}
template <class Product, class Options, class Context>
Product build_plugin(const Options& options, const Context& context) {
    return build(options, context);
}
template <class Options>
std::vector<std::string> plugin_contradictions(const Options& options) {
    if constexpr (requires { contradictions(options); })
        return contradictions(options);
    else
        return {};
}

/// Options of one kind, without their type.
template <class Product, class Context>
class PluginOptions {
public:
    virtual ~PluginOptions() = default;
    [[nodiscard]] virtual std::unique_ptr<PluginOptions> copy() const = 0;
    virtual void describe(Fields& fields) = 0;
    [[nodiscard]] virtual std::vector<std::string> contradictions() const = 0;
    [[nodiscard]] virtual Product build(const Context& context) const = 0;
};

template <class Product, class Context, class Options>
class PluginOptionsOf final : public PluginOptions<Product, Context> {
public:
    [[nodiscard]] std::unique_ptr<PluginOptions<Product, Context>> copy() const override {
        return std::make_unique<PluginOptionsOf>(*this);
    }
    void describe(Fields& fields) override { describe_plugin(fields, options_); }
    [[nodiscard]] std::vector<std::string> contradictions() const override { return plugin_contradictions(options_); }
    [[nodiscard]] Product build(const Context& context) const override {
        return build_plugin<Product>(options_, context);
    }

private:
    Options options_;
};

}  // namespace detail

/// One of a table's kinds with its options, as written in a config; a value, whose copies are independent. `Product` is
/// what it is built into once the run is known (`Context`).
template <class Product, class Context>
class Plugin {
public:
    /// Nothing chosen.
    Plugin() = default;
    Plugin(std::string name, std::unique_ptr<detail::PluginOptions<Product, Context>> options)
        : name_(std::move(name)), options_(std::move(options)) {}
    Plugin(const Plugin& other) : name_(other.name_), options_(other.options_ ? other.options_->copy() : nullptr) {}
    Plugin(Plugin&&) noexcept = default;
    Plugin& operator=(Plugin other) noexcept {
        name_.swap(other.name_);
        options_.swap(other.options_);
        return *this;
    }
    ~Plugin() = default;

    [[nodiscard]] explicit operator bool() const { return options_ != nullptr; }
    [[nodiscard]] const std::string& name() const { return name_; }  ///< "" where nothing is chosen
    void describe(Fields& fields) { options_->describe(fields); }
    /// What is wrong with options that contradict each other, each `"/<key>: <what is wrong>"`.
    [[nodiscard]] std::vector<std::string> contradictions() const {
        return options_ ? options_->contradictions() : std::vector<std::string>();
    }
    /// @throws ConfigError when the options do not fit the run
    [[nodiscard]] Product build(const Context& context) const { return options_->build(context); }

private:
    std::string name_;
    std::unique_ptr<detail::PluginOptions<Product, Context>> options_;
};

/// A line of a table. Rows that say more of a kind derive from it.
template <class Product, class Context>
struct PluginRow {
    using ProductType = Product;
    using ContextType = Context;
    std::string name, summary;
    std::function<Plugin<Product, Context>()> make;  ///< with default options
};

/// The row of a kind with these options. There are free functions beside `Options`: `describe(Fields&, Options&)`,
/// `build(const Options&, const Context&)` and, where options may contradict each other, `contradictions(const
/// Options&)`.
template <class Row, class Options>
[[nodiscard]] Row plugin_row(const std::string& name, std::string summary) {
    using Product = typename Row::ProductType;
    using Context = typename Row::ContextType;
    Row row;
    row.name = name;
    row.summary = std::move(summary);
    row.make = [name] {
        return Plugin<Product, Context>(name, std::make_unique<detail::PluginOptionsOf<Product, Context, Options>>());
    };
    return row;
}

}  // namespace graft
