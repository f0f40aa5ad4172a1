#include "config/object_list.hpp"
#include "config/read.hpp"
#include "core/text.hpp"

namespace graft {
namespace {

/// Writes options as JSON: all of them, or those that differ from a base.
class Writer final : public Fields {
public:
    /// @param base what another writer wrote; nullptr: everything is written
    explicit Writer(const Json* base = nullptr) : bases_{base} {}
    Json take() { return std::move(levels_.front()); }

    void field(const Key& key, bool& value, std::string_view) override { put(key, value); }
    void field(const Key& key, std::int64_t& value, std::string_view, const Limits&) override { put(key, value); }
    void field(const Key& key, double& value, std::string_view, const Limits&) override { put(key, value); }
    void field(const Key& key, std::string& value, std::string_view) override { put(key, value); }
    void field(const Key& key, std::optional<std::int64_t>& value, std::string_view, const Limits& limits) override {
        put_optional(key, value, limits);
    }
    void field(const Key& key, std::optional<double>& value, std::string_view, const Limits& limits) override {
        put_optional(key, value, limits);
    }
    void field(const Key& key, std::optional<std::string>& value, std::string_view) override {
        put_optional(key, value);
    }
    void field(const Key& key, std::vector<std::int64_t>& value, std::string_view, const ListLimits&) override {
        put(key, value);
    }
    void field(const Key& key, std::vector<double>& value, std::string_view, const ListLimits&) override {
        put(key, value);
    }
    void field(const Key& key, std::vector<std::string>& value, std::string_view, const ListLimits&) override {
        put(key, value);
    }
    void path(const Key& key, std::string& value, std::string_view) override { put(key, escaped(value)); }
    void path(const Key& key, std::optional<std::string>& value, std::string_view) override {
        put_optional(key, value ? std::optional(escaped(*value)) : std::nullopt);
    }
    void field(const Key& key, std::map<std::string, double>& value, std::string_view, const Limits&) override {
        put(key, value);
    }

protected:
    void choice_index(const Key& key, std::size_t& index, std::span<const std::string_view> names,
                      std::string_view) override {
        put(key, names[index]);
    }
    bool begin_object(const Key& key, std::string_view) override {
        names_.push_back(key.name);
        levels_.push_back(Json::object());
        bases_.push_back(in_base(key));
        return true;
    }
    void end_object() override {
        Json finished = std::move(levels_.back());
        levels_.pop_back();
        bases_.pop_back();
        if (!differences() || !finished.empty()) levels_.back()[names_.back()] = std::move(finished);
        names_.pop_back();
    }
    void alternatives(const Key& key, Alternatives& value, std::string_view) override { put(key, alternative(value)); }
    void alternatives_list(const Key& key, AlternativesList& value, std::string_view) override {
        Json list = Json::array();
        for (std::size_t i = 0; i < value.size(); ++i) list.push_back(alternative(*value.at(i)));
        put(key, list);
    }
    void object_list(const Key& key, ObjectList& value, std::string_view) override {
        Json list = Json::array(), defaults;
        if (differences()) {
            Writer usual;
            value.describe_usual(usual);
            defaults = usual.take();
        }
        for (std::size_t i = 0; i < value.size(); ++i) {
            Writer nested(differences() ? &defaults : nullptr);
            value.describe(i, nested);
            list.push_back(nested.take());
        }
        put(key, list);
    }

private:
    [[nodiscard]] bool differences() const { return bases_.front() != nullptr; }
    /// What the base has under a key of the object at hand, or nullptr.
    [[nodiscard]] const Json* in_base(const Key& key) const {
        const Json* base = bases_.back();
        if (base == nullptr || !base->contains(key.name)) return nullptr;
        return &base->at(key.name);
    }
    template <class T>
    void put(const Key& key, const T& value) {
        Json json(value);
        const Json* base = in_base(key);
        if (base == nullptr || *base != json) levels_.back()[key.name] = std::move(json);
    }
    template <class T>
    void put_optional(const Key& key, const std::optional<T>& value, const Limits& limits = {}) {
        const Json nothing = limits.nothing.empty() ? Json(nullptr) : Json(limits.nothing);
        put(key, value ? Json(*value) : nothing);
    }
    /// The name of the kind, and its options: where only differences count, those that are not the kind's defaults.
    [[nodiscard]] Json alternative(Alternatives& value) const {
        if (value.current().empty()) return nullptr;
        Json defaults;
        if (differences()) {
            Writer usual;
            value.describe_kind(value.current(), usual);
            defaults = usual.take();
        }
        Writer nested(differences() ? &defaults : nullptr);
        nested.levels_.back()["name"] = value.current();
        value.describe_current(nested);
        return nested.take();
    }

    std::vector<Json> levels_{Json::object()};
    std::vector<std::string> names_;
    std::vector<const Json*> bases_;  // what the base has where levels_ is
};

}  // namespace

Json write_options(const Describe& describe) {
    Writer writer;
    describe(writer);
    return writer.take();
}

Json write_differences(const Describe& describe, const Describe& describe_defaults) {
    const Json nothing = Json::object();
    Writer usual(&nothing);  // kinds with their differences alone, as they are compared
    describe_defaults(usual);
    const Json base = usual.take();
    Writer writer(&base);
    describe(writer);
    return writer.take();
}

}  // namespace graft
