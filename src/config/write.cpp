#include "config/read.hpp"
#include "core/text.hpp"

namespace graft {
namespace {

/// Writes options, defaults included, as JSON.
class Writer final : public Fields {
public:
    Json take() { return std::move(levels_.front()); }

    void field(const Key& key, bool& value, std::string_view) override { put(key, value); }
    void field(const Key& key, std::int64_t& value, std::string_view, const Limits&) override { put(key, value); }
    void field(const Key& key, double& value, std::string_view, const Limits&) override { put(key, value); }
    void field(const Key& key, std::string& value, std::string_view) override { put(key, value); }
    void field(const Key& key, std::optional<std::int64_t>& value, std::string_view, const Limits&) override {
        put_optional(key, value);
    }
    void field(const Key& key, std::optional<double>& value, std::string_view, const Limits&) override {
        put_optional(key, value);
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
        return true;
    }
    void end_object() override {
        Json finished = std::move(levels_.back());
        levels_.pop_back();
        levels_.back()[names_.back()] = std::move(finished);
        names_.pop_back();
    }
    void alternatives(const Key& key, Alternatives& value, std::string_view) override { put(key, alternative(value)); }
    void alternatives_list(const Key& key, AlternativesList& value, std::string_view) override {
        Json list = Json::array();
        for (std::size_t i = 0; i < value.size(); ++i) list.push_back(alternative(*value.at(i)));
        put(key, list);
    }

private:
    template <class T>
    void put(const Key& key, const T& value) {
        levels_.back()[key.name] = value;
    }
    template <class T>
    void put_optional(const Key& key, const std::optional<T>& value) {
        levels_.back()[key.name] = value ? Json(*value) : Json(nullptr);
    }
    static Json alternative(Alternatives& value) {
        if (value.current().empty()) return nullptr;
        Writer nested;
        nested.levels_.back()["name"] = value.current();
        value.describe_current(nested);
        return nested.take();
    }

    std::vector<Json> levels_{Json::object()};
    std::vector<std::string> names_;
};

}  // namespace

Json write_options(const Describe& describe) {
    Writer writer;
    describe(writer);
    return writer.take();
}

}  // namespace graft
