#include "respond/event_json.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/contains.hpp"
#include "base/moment.hpp"
#include "respond/describe.hpp"

namespace tocsin::respond {

namespace {

using nlohmann::json;

std::string exact(TimePoint time) {
    std::string text = to_rfc3339(time);
    const std::int64_t rest = (time.microseconds % 1'000 + 1'000) % 1'000;
    if (rest != 0) text.insert(text.size() - 1, fmt::format("{:03}", rest));
    return text;
}

/// An archive that builds an object of what is not empty.
class Writer {
public:
    json object = json::object();

    void id(const char* name, const std::string& value) { text(name, value); }
    void source_id(const char* name, const std::string& value) { text(name, value); }
    void name(const char* name, const std::string& value) { text(name, value); }
    void needed_text(const char* name, const std::string& value) { text(name, value); }
    void long_text(const char* name, const std::string& value) { text(name, value); }
    void text(const char* name, const std::string& value) {
        if (!value.empty()) object[name] = value;
    }
    void texts(const char* name, const std::vector<std::string>& values, std::size_t) {
        if (!values.empty()) object[name] = values;
    }
    template <typename Word>
    void words(const char* name, const std::vector<Word>& values, std::size_t) {
        for (Word value : values) object[name].push_back(to_string(value));
    }
    template <typename Word>
    void word(const char* name, Word value) {
        object[name] = to_string(value);
    }
    template <typename Word>
    void optional_word(const char* name, const std::optional<Word>& value) {
        if (value) object[name] = to_string(*value);
    }
    void small(const char* name, std::uint32_t value) { object[name] = value; }
    void time(const char* name, TimePoint value) { object[name] = exact(value); }
    void fingerprint(const char* name, std::uint64_t value) {
        if (value != 0) object[name] = fmt::format("{:016x}", value);
    }
    void map(const char* name, const std::map<std::string, std::string>& values) {
        if (!values.empty()) object[name] = values;
    }
    template <typename Item>
    void list(const char* name, const std::vector<Item>& values, std::size_t) {
        for (const Item& value : values) object[name].push_back(written(value));
    }
    void object_of(const char* name, json value) {
        if (!value.empty()) object[name] = std::move(value);
    }
    template <typename Item>
    void inner(const char* name, const Item& value) {
        object_of(name, written(value));
    }
    template <typename Item>
    void needed_inner(const char* name, const Item& value) {
        inner(name, value);
    }
    void shared(const char* name, const std::shared_ptr<const Setup>& value) { inner(name, *value); }
    template <typename Item>
    static json written(const Item& value) {
        Writer writer;
        describe(writer, value);
        return std::move(writer.object);
    }
};

/// An archive that notes which members there are, for people: "rota", "turn": {"person", "from", "until"}.
class Shape {
public:
    std::vector<std::string> names;
    std::string shown;

    void id(const char* name, const std::string&) { add(name); }
    void source_id(const char* name, const std::string&) { add(name); }
    void name(const char* name, const std::string&) { add(name); }
    void text(const char* name, const std::string&) { add(name); }
    void needed_text(const char* name, const std::string&) { add(name); }
    void long_text(const char* name, const std::string&) { add(name); }
    void texts(const char* name, const auto&, std::size_t) { add(name); }
    void words(const char* name, const auto&, std::size_t) { add(name); }
    void word(const char* name, const auto&) { add(name); }
    void optional_word(const char* name, const auto&) { add(name); }
    void small(const char* name, std::uint32_t) { add(name); }
    void time(const char* name, TimePoint) { add(name); }
    void fingerprint(const char* name, std::uint64_t) { add(name); }
    void map(const char* name, const auto&) { add(name); }
    void shared(const char* name, const auto&) { add(name); }
    template <typename Item>
    void list(const char* name, const std::vector<Item>&, std::size_t) {
        add(name, ": [" + shape_of(Item{}) + "]");
    }
    void inner(const char* name, const auto& value) { add(name, ": " + shape_of(value)); }
    void needed_inner(const char* name, const auto& value) { inner(name, value); }

    template <typename Item>
    static std::string shape_of(const Item& value) {
        Shape shape;
        describe(shape, value);
        return "{" + shape.shown + "}";
    }

private:
    void add(const char* name, const std::string& inside = {}) {
        names.emplace_back(name);
        shown += fmt::format("{}\"{}\"{}", shown.empty() ? "" : ", ", name, inside);
    }
};

/// An archive that fills what it is shown; the first thing that is wrong is kept, with the way to it.
class Reader {
public:
    Reader(const json& object, std::string path, std::string& problem, UnknownFields unknown)
        : object_(object), path_(std::move(path)), problem_(problem), unknown_(unknown) {}

    void id(const char* name, std::string& value) {
        needed_text(name, value);
        if (problem_.empty() && !is_id(value))
            wrong(name, "must be letters, digits, hyphens and underscores");
    }
    void source_id(const char* name, std::string& value) { id(name, value); }
    void name(const char* name, std::string& value) { needed_text(name, value); }
    void long_text(const char* name, std::string& value) { text(name, value); }
    void needed_text(const char* name, std::string& value) {
        if (find(name) == nullptr) return wrong(name, "must be there");
        text(name, value);
    }
    void text(const char* name, std::string& value) {
        const json* found = find(name);
        if (found == nullptr) return;
        if (!found->is_string()) return wrong(name, "must be a text");
        value = found->get_ref<const std::string&>();
    }
    void texts(const char* name, std::vector<std::string>& values, std::size_t most) {
        each(name, most, [&](const json& entry) {
            if (!entry.is_string()) return wrong(name, "must be a list of texts");
            values.push_back(entry.get_ref<const std::string&>());
        });
    }
    template <typename Word>
    void words(const char* name, std::vector<Word>& values, std::size_t most) {
        each(name, most, [&](const json& entry) { values.push_back(word_of<Word>(name, entry)); });
    }
    template <typename Word>
    void word(const char* name, Word& value) {
        const json* found = find(name);
        if (found == nullptr) return wrong(name, "must be there");
        value = word_of<Word>(name, *found);
    }
    template <typename Word>
    void optional_word(const char* name, std::optional<Word>& value) {
        if (const json* found = find(name)) value = word_of<Word>(name, *found);
    }
    void small(const char* name, std::uint32_t& value) {
        const json* found = find(name);
        if (found == nullptr) return;
        if (!found->is_number_unsigned() || found->get<std::uint64_t>() > UINT32_MAX)
            return wrong(name, "must be a whole number from 0");
        value = found->get<std::uint32_t>();
    }
    void time(const char* name, TimePoint& value) {
        std::string written;
        needed_text(name, written);
        const std::optional<TimePoint> moment = parse_moment(written);
        if (!moment) return wrong(name, "must be a moment such as 2026-03-01T12:00:00Z");
        value = *moment;
    }
    void fingerprint(const char* name, std::uint64_t& value) {
        std::string digits;
        text(name, digits);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (!digits.empty() && (error != std::errc{} || end != digits.data() + digits.size()))
            wrong(name, "must be up to 16 hexadecimal digits");
    }
    void map(const char* name, std::map<std::string, std::string>& values) {
        const json* found = find(name);
        if (found == nullptr) return;
        if (!found->is_object() || found->size() > limits::respond_words)
            return wrong(name, fmt::format("must be an object of at most {} texts", limits::respond_words));
        for (const auto& [key, value] : found->items()) {
            if (!value.is_string()) return wrong(name, "must be an object of texts");
            values.emplace(key, value.get_ref<const std::string&>());
        }
    }
    template <typename Item>
    void list(const char* name, std::vector<Item>& values, std::size_t most) {
        each(name, most, [&](const json& entry) {
            std::string path = fmt::format("{}{}[{}].", path_, name, values.size());
            read(std::move(path), entry, values.emplace_back());
        });
    }
    template <typename Item>
    void inner(const char* name, Item& value) {
        if (const json* found = find(name)) read(path_ + name + ".", *found, value);
    }
    template <typename Item>
    void needed_inner(const char* name, Item& value) {
        if (find(name) == nullptr) return wrong(name, "must be there: " + Shape::shape_of(value));
        inner(name, value);
    }
    void shared(const char* name, std::shared_ptr<const Setup>& value) {
        if (find(name) == nullptr) return wrong(name, "must be there");
        auto setup = std::make_shared<Setup>();
        inner(name, *setup);
        value = std::move(setup);
    }

    /// When all that is known was asked for.
    void tell_unknown() {
        if (unknown_ == UnknownFields::passed_over) return;
        for (const auto& [name, value] : object_.items())
            if (!contains(asked_, std::string_view(name)))
                wrong(name, fmt::format("is not known; there are: {}", fmt::join(asked_, ", ")));
    }

private:
    [[nodiscard]] const json* find(const char* name) {
        if (!contains(asked_, std::string_view(name))) asked_.emplace_back(name);
        const auto found = object_.find(name);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }
    void wrong(std::string_view name, std::string_view what) {
        if (problem_.empty()) problem_ = fmt::format("field \"{}{}\" {}", path_, name, what);
    }
    template <typename Use>
    void each(const char* name, std::size_t most, Use use) {
        const json* found = find(name);
        if (found == nullptr) return;
        if (!found->is_array()) return wrong(name, "must be a list");
        if (found->size() > most)
            return wrong(name, fmt::format("has {} entries, the most are {}", found->size(), most));
        for (const json& entry : *found) use(entry);
    }
    template <typename Word>
    Word word_of(const char* name, const json& entry) {
        const std::optional<Word> found =
            entry.is_string() ? from_word<Word>(entry.get_ref<const std::string&>()) : std::nullopt;
        if (!found) wrong(name, fmt::format("must be one of {}", fmt::join(respond::words<Word>, ", ")));
        return found.value_or(Word{});
    }
    template <typename Item>
    void read(std::string path, const json& entry, Item& value) {
        if (!entry.is_object()) {
            if (problem_.empty())
                problem_ = fmt::format("field \"{}\" must be an object", path.substr(0, path.size() - 1));
            return;
        }
        Reader reader(entry, std::move(path), problem_, unknown_);
        describe(reader, value);
        reader.tell_unknown();
    }

    const json& object_;
    std::string path_;
    std::string& problem_;
    UnknownFields unknown_;
    std::vector<std::string_view> asked_;
};

/// The body for a kind of event; nullopt: there is no such kind.
template <std::size_t at = 0>
std::optional<EventBody> body_of(std::string_view kind) {
    if constexpr (at < std::variant_size_v<EventBody>) {
        Event event{.id = {}, .time = {}, .by = {}, .what = EventBody(std::in_place_index<at>)};
        if (kind_of(event) == kind) return std::move(event.what);
        return body_of<at + 1>(kind);
    } else {
        return std::nullopt;
    }
}

}  // namespace

json to_json(const Event& event) {
    Writer writer;
    std::visit([&](const auto& what) { describe(writer, what); }, event.what);
    writer.object["id"] = event.id;
    writer.object["time"] = exact(event.time);
    writer.object["by"] = event.by;
    writer.object["kind"] = kind_of(event);
    return std::move(writer.object);
}

json to_json(const Setup& setup) {
    return Writer::written(setup);
}

json to_json(const Playbook& playbook) {
    return Writer::written(playbook);
}

Result<Event> event_from_json(const json& value, UnknownFields unknown) {
    if (!value.is_object()) return fail(ErrorCode::invalid_input, "an event must be a JSON object");
    std::string problem, kind;
    Reader reader(value, {}, problem, unknown);
    Event event;
    reader.source_id("id", event.id);
    reader.time("time", event.time);
    reader.text("by", event.by);
    reader.needed_text("kind", kind);
    if (!problem.empty()) return fail(ErrorCode::invalid_input, problem);
    std::optional<EventBody> body = body_of(kind);
    if (!body)
        return fail(ErrorCode::invalid_input,
                    fmt::format("\"{}\" is no kind of event", kind.substr(0, limits::respond_name_bytes)));
    std::visit([&](auto& what) { describe(reader, what); }, *body);
    reader.tell_unknown();
    if (!problem.empty()) return fail(ErrorCode::invalid_input, problem);
    event.what = *std::move(body);
    TRY(check_bounds(event));
    return event;
}

Result<Playbook> playbook_from_json(const json& value) {
    if (!value.is_object()) return fail(ErrorCode::invalid_input, "a playbook must be a JSON object");
    std::string problem;
    Playbook playbook;
    Reader reader(value, {}, problem, UnknownFields::passed_over);
    describe(reader, playbook);
    if (!problem.empty()) return fail(ErrorCode::invalid_input, problem);
    return playbook;
}

Result<Event> parse_event(std::string_view line) {
    if (line.size() > limits::respond_line_bytes)
        return fail(ErrorCode::limit,
                    fmt::format("the event has more than {} bytes", limits::respond_line_bytes));
    bool too_deep = false;
    const auto look = [&](int depth, json::parse_event_t event, json&) {
        const bool begins =
            event == json::parse_event_t::array_start || event == json::parse_event_t::object_start;
        if (!begins || depth < limits::respond_json_depth) return true;
        too_deep = true;
        return false;  // what is deeper is not built
    };
    json value;
    try {
        value = json::parse(line, look);
    } catch (const json::parse_error& error) {
        return fail(ErrorCode::invalid_input, fmt::format("no JSON, at byte {}", error.byte));
    } catch (const json::exception&) {  // "1e999"
        return fail(ErrorCode::invalid_input, "the JSON has a number that is too large");
    }
    if (too_deep)
        return fail(ErrorCode::invalid_input,
                    fmt::format("the JSON has lists or objects more than {} deep in each other",
                                limits::respond_json_depth));
    return event_from_json(value, UnknownFields::passed_over);
}

EventShape shape_of(std::string_view kind) {
    const std::optional<EventBody> body = body_of(kind);
    if (!body) return {};
    Shape shape;
    std::visit([&](const auto& what) { describe(shape, what); }, *body);
    return {std::move(shape.names), std::move(shape.shown)};
}

}  // namespace tocsin::respond
