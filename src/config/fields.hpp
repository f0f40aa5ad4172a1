/// @file
/// Options are declared once. Each options struct has a function `describe(Fields&, Options&)` that names its fields,
/// says what they mean and what they may hold; reading, writing, the JSON Schema and the documentation are four
/// visitors of that one declaration.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/alternatives.hpp"
#include "core/registry.hpp"

namespace graft {

/// The name of a field, and whether it must be written.
struct Key {
    Key(const char* field_name) : name(field_name) {}  // NOLINT(google-explicit-constructor): reads as a literal
    std::string name;
    bool required = false;
};
[[nodiscard]] inline Key required(const char* name) {
    Key key(name);
    key.required = true;
    return key;
}

/// What numbers a field takes.
struct Limits {
    std::optional<double> minimum, maximum;
    bool above_minimum = false;  ///< the minimum itself is not allowed
    bool below_maximum = false;  ///< the maximum itself is not allowed
};
[[nodiscard]] constexpr Limits at_least(double low) { return {low, {}, false, false}; }
[[nodiscard]] constexpr Limits above(double low) { return {low, {}, true, false}; }
[[nodiscard]] constexpr Limits between(double low, double high) { return {low, high, false, false}; }
/// low <= x < high
[[nodiscard]] constexpr Limits from_below(double low, double high) { return {low, high, false, true}; }
/// low < x < high
[[nodiscard]] constexpr Limits strictly_between(double low, double high) { return {low, high, true, true}; }

/// What lists a field takes. A list that may have one item may also be written as that item alone.
struct ListLimits {
    Limits items;
    std::size_t shortest = 0;
    std::optional<std::size_t> longest;
};

/// Visits the fields of an options struct.
class Fields {
public:
    virtual ~Fields() = default;

    virtual void field(const Key& key, bool& value, std::string_view doc) = 0;
    virtual void field(const Key& key, std::int64_t& value, std::string_view doc, const Limits& limits = {}) = 0;
    virtual void field(const Key& key, double& value, std::string_view doc, const Limits& limits = {}) = 0;
    virtual void field(const Key& key, std::string& value, std::string_view doc) = 0;
    virtual void field(const Key& key, std::optional<std::int64_t>& value, std::string_view doc,
                       const Limits& limits = {}) = 0;
    virtual void field(const Key& key, std::optional<double>& value, std::string_view doc,
                       const Limits& limits = {}) = 0;
    virtual void field(const Key& key, std::optional<std::string>& value, std::string_view doc) = 0;
    virtual void field(const Key& key, std::vector<std::int64_t>& value, std::string_view doc,
                       const ListLimits& limits = {}) = 0;
    virtual void field(const Key& key, std::vector<double>& value, std::string_view doc,
                       const ListLimits& limits = {}) = 0;
    virtual void field(const Key& key, std::vector<std::string>& value, std::string_view doc,
                       const ListLimits& limits = {}) = 0;
    virtual void field(const Key& key, std::map<std::string, double>& value, std::string_view doc,
                       const Limits& limits = {}) = 0;

    /// One of a few names; `names[i]` is the name of the enumerator with value i.
    template <class Enum>
    requires std::is_enum_v<Enum>
    void choice(const Key& key, Enum& value, std::span<const std::string_view> names, std::string_view doc) {
        auto index = static_cast<std::size_t>(value);
        choice_index(key, index, names, doc);
        value = static_cast<Enum>(index);
    }

    /// A nested options struct.
    template <class Options>
    void object(const Key& key, Options& value, std::string_view doc) {
        section(key, value, doc, [](Fields& fields, Options& options) { describe(fields, options); });
    }
    /// The same with a `describe` given as a function.
    template <class Options, class Visit>
    void section(const Key& key, Options& value, std::string_view doc, Visit visit) {
        if (!begin_object(key, doc)) return;
        visit(*this, value);
        end_object();
    }

    /// One row of a table; a row has `name`, `summary` and `make() -> std::shared_ptr<Spec>`. Where nothing is
    /// selected by default and the key is not required, null is a value too.
    template <class Spec, class Row>
    void one_of(const Key& key, std::shared_ptr<Spec>& value, const Registry<Row>& table, std::string_view doc) {
        detail::TableAlternatives<Spec, Row> access(value, table);
        alternatives(key, access, doc);
    }

    /// A list of rows of a table.
    template <class Spec, class Row>
    void list_of(const Key& key, std::vector<std::shared_ptr<Spec>>& value, const Registry<Row>& table,
                 std::string_view doc) {
        detail::TableAlternativesList<Spec, Row> access(value, table);
        alternatives_list(key, access, doc);
    }

protected:
    virtual void choice_index(const Key& key, std::size_t& index, std::span<const std::string_view> names,
                              std::string_view doc) = 0;
    /// Enters the object; false: there is nothing to visit in it.
    virtual bool begin_object(const Key& key, std::string_view doc) = 0;
    virtual void end_object() = 0;
    virtual void alternatives(const Key& key, Alternatives& value, std::string_view doc) = 0;
    virtual void alternatives_list(const Key& key, AlternativesList& value, std::string_view doc) = 0;
};

}  // namespace graft
