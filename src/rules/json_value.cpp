#include "rules/json_value.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/limits.hpp"

namespace tocsin::rules {

namespace {

/// Builds values while nlohmann's parser reads, without a tree of its own.
class Builder : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit Builder(Evaluation& evaluation) : evaluation_(evaluation) {}

    bool null() override { return put(Value::null()); }
    bool boolean(bool value) override { return put(Value::of(value)); }
    bool number_integer(number_integer_t value) override { return put(Value::of(std::int64_t{value})); }
    bool number_unsigned(number_unsigned_t value) override {
        return std::in_range<std::int64_t>(value) ? put(Value::of(static_cast<std::int64_t>(value)))
                                                  : put(Value::of(static_cast<double>(value)));
    }
    bool number_float(number_float_t value, const string_t&) override { return put(Value::of(value)); }
    bool string(string_t& text) override { return put(Value::of(evaluation_.arena().copy(text))); }
    bool binary(binary_t&) override { return false; }
    bool key(string_t& text) override {
        open_.back().keys.push_back(evaluation_.arena().copy(text));
        return true;
    }
    bool start_object(std::size_t) override { return begin(); }
    bool start_array(std::size_t) override { return begin(); }
    bool end_array() override {
        const std::vector<Value> items = std::move(open_.back().values);
        open_.pop_back();
        const std::span<Value> kept = evaluation_.arena().values(items.size());
        std::ranges::copy(items, kept.begin());
        return put(Value::of(std::span<const Value>(kept)));
    }
    bool end_object() override {
        const Open object = std::move(open_.back());
        open_.pop_back();
        const std::span<Entry> entries = evaluation_.arena().entries(object.values.size());
        for (std::size_t at = 0; at < entries.size(); ++at)
            entries[at] = {object.keys[at], object.values[at]};
        return put(Value::of(std::span<const Entry>(entries)));
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
        return false;
    }

    [[nodiscard]] Value result() const { return result_; }
    [[nodiscard]] bool too_deep() const { return too_deep_; }

private:
    struct Open {
        std::vector<std::string_view> keys;
        std::vector<Value> values;
    };

    bool begin() {
        too_deep_ = open_.size() >= limits::rule_json_depth;
        if (too_deep_) return false;
        open_.emplace_back();
        return true;
    }
    bool put(const Value& value) {
        if (!evaluation_.spend(1)) return false;
        if (open_.empty())
            result_ = value;
        else
            open_.back().values.push_back(value);
        return true;
    }

    Evaluation& evaluation_;
    std::vector<Open> open_;
    bool too_deep_ = false;
    Value result_;
};

}  // namespace

Value json_value(std::string_view text, Evaluation& evaluation) {
    Builder builder(evaluation);
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
        return Value::null(builder.too_deep() ? bit(Capability::cut_off) : 0);
    return builder.result();
}

}  // namespace tocsin::rules
