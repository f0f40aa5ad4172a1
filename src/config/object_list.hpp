/// @file
/// Lists of options structs, as visitors of options see them.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "config/fields.hpp"

namespace graft {

class ObjectList {
public:
    virtual ~ObjectList() = default;
    [[nodiscard]] virtual std::size_t size() const = 0;
    virtual void resize(std::size_t size) = 0;
    virtual void describe(std::size_t index, Fields& fields) = 0;
    /// An item with its defaults.
    virtual void describe_usual(Fields& fields) const = 0;
};

namespace detail {

template <class Options, class Visit>
class ObjectListOf final : public ObjectList {
public:
    ObjectListOf(std::vector<Options>& values, Visit visit) : values_(values), visit_(std::move(visit)) {}
    std::size_t size() const override { return values_.size(); }
    void resize(std::size_t size) override { values_.assign(size, Options()); }
    void describe(std::size_t index, Fields& fields) override { visit_(fields, values_[index]); }
    void describe_usual(Fields& fields) const override {
        Options usual;
        visit_(fields, usual);
    }

private:
    std::vector<Options>& values_;
    Visit visit_;
};

}  // namespace detail

/// A list of options structs, each described by `visit(fields, options)`.
template <class Options, class Visit>
void describe_list(Fields& fields, const Key& key, std::vector<Options>& value, std::string_view doc, Visit visit) {
    detail::ObjectListOf<Options, Visit> access(value, std::move(visit));
    fields.object_list(key, access, doc);
}

}  // namespace graft
