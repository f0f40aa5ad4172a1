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
#include "config/plugin.hpp"
#include "core/enum_names.hpp"
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
    /// How "no number" is written where a number may be left open, and what messages and documents say of it; empty:
    /// null.
    std::string_view nothing = {};
};
[[nodiscard]] constexpr Limits at_least(double low) { return {low, {}, false, false}; }
[[nodiscard]] constexpr Limits above(double low) { return {low, {}, true, false}; }
[[nodiscard]] constexpr Limits between(double low, double high) { return {low, high, false, false}; }
/// low <= x < high
[[nodiscard]] constexpr Limits from_below(double low, double high) { return {low, high, false, true}; }
/// low < x < high
[[nodiscard]] constexpr Limits strictly_between(double low, double high) { return {low, high, true, true}; }

/// Limits of a number that may be left open with a word: 32 or "auto".
[[nodiscard]] constexpr Limits or_word(Limits limits, std::string_view word) {
    limits.nothing = word;
    return limits;
}

/// What lists a field takes. A list that may have one item may also be written as that item alone.
struct ListLimits {
    Limits items;
    std::size_t shortest = 0;
    std::optional<std::size_t> longest;
};

class ObjectList;  // config/object_list.hpp

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

    /// The path of a file or a folder. Written in a config as people write it, `~` and bytes as escaped() has them; the
    /// value is what it stands for.
    virtual void path(const Key& key, std::string& value, std::string_view doc) { field(key, value, doc); }
    virtual void path(const Key& key, std::optional<std::string>& value, std::string_view doc) {
        field(key, value, doc);
    }

    /// A list of options structs: describe_list (config/object_list.hpp).
    virtual void object_list(const Key& key, ObjectList& value, std::string_view doc) = 0;

    /// One of the names of an enum.
    template <NamedEnum Enum>
    void choice(const Key& key, Enum& value, std::string_view doc) {
        auto index = static_cast<std::size_t>(value);
        choice_index(key, index, enum_names<Enum>, doc);
        value = static_cast<Enum>(index);
    }
    /// The same, or `none` for no value.
    template <NamedEnum Enum>
    void choice(const Key& key, std::optional<Enum>& value, std::string_view none, std::string_view doc) {
        std::vector<std::string_view> names{none};
        names.insert(names.end(), enum_names<Enum>.begin(), enum_names<Enum>.end());
        std::size_t index = value ? static_cast<std::size_t>(*value) + 1 : 0;
        choice_index(key, index, names, doc);
        value = index == 0 ? std::nullopt : std::optional(static_cast<Enum>(index - 1));
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

    /// A plug-in of a table. Where nothing is selected by default and the key is not required, null is a value too.
    template <class Product, class Context, class Row>
    void one_of(const Key& key, Plugin<Product, Context>& value, const Registry<Row>& table, std::string_view doc) {
        detail::TableAlternatives<Plugin<Product, Context>, Row> access(value, table);
        alternatives(key, access, doc);
    }

    /// A list of plug-ins of a table.
    template <class Product, class Context, class Row>
    void list_of(const Key& key, std::vector<Plugin<Product, Context>>& value, const Registry<Row>& table,
                 std::string_view doc) {
        detail::TableAlternativesList<Plugin<Product, Context>, Row> access(value, table);
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
