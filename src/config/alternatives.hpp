/// @file
/// Values that are one of several named kinds, as a visitor of options sees them, and the same over a table of rows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/registry.hpp"

namespace graft {

class Fields;

/// A value that is one of several named kinds, written `{"name": kind, …its options}` or, with defaults, `"kind"`.
class Alternatives {
public:
    struct Kind {
        std::string name, summary;
    };
    virtual ~Alternatives() = default;
    [[nodiscard]] virtual std::vector<Kind> kinds() const = 0;
    [[nodiscard]] virtual std::string current() const = 0;  ///< "" when nothing is selected
    virtual void select(const std::string& kind) = 0;       ///< with its default options
    virtual void describe_current(Fields& fields) = 0;
    /// The options of a kind with their defaults; the value stays as it is.
    virtual void describe_kind(const std::string& kind, Fields& fields) const = 0;
};

/// A list of such values.
class AlternativesList {
public:
    virtual ~AlternativesList() = default;
    [[nodiscard]] virtual std::size_t size() const = 0;
    virtual void resize(std::size_t size) = 0;
    [[nodiscard]] virtual std::unique_ptr<Alternatives> at(std::size_t index) = 0;  ///< size() gives an unattached one
};

namespace detail {

/// Plug-ins of a table as alternatives.
template <class Plugin, class Row>
class TableAlternatives final : public Alternatives {
public:
    TableAlternatives(Plugin& value, const Registry<Row>& table) : value_(value), table_(table) {}
    std::vector<Kind> kinds() const override {
        std::vector<Kind> kinds;
        for (const Row& row : table_) kinds.push_back({row.name, row.summary});
        return kinds;
    }
    std::string current() const override { return value_.name(); }
    void select(const std::string& kind) override { value_ = table_.find(kind)->make(); }
    void describe_current(Fields& fields) override { value_.describe(fields); }
    void describe_kind(const std::string& kind, Fields& fields) const override {
        table_.find(kind)->make().describe(fields);
    }

private:
    Plugin& value_;
    const Registry<Row>& table_;
};

template <class Plugin, class Row>
class TableAlternativesList final : public AlternativesList {
public:
    TableAlternativesList(std::vector<Plugin>& values, const Registry<Row>& table) : values_(values), table_(table) {}
    std::size_t size() const override { return values_.size(); }
    void resize(std::size_t size) override { values_.resize(size); }
    std::unique_ptr<Alternatives> at(std::size_t index) override {
        return std::make_unique<TableAlternatives<Plugin, Row>>(index < values_.size() ? values_[index] : unattached_,
                                                                table_);
    }

private:
    std::vector<Plugin>& values_;
    const Registry<Row>& table_;
    Plugin unattached_;
};

}  // namespace detail
}  // namespace graft
