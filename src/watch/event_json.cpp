#include "watch/event_json.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/fold_case.hpp"
#include "base/limits/watch.hpp"
#include "base/moment.hpp"

namespace tocsin::watch {

namespace {

using nlohmann::json;

/// Not within a character: what is written down would be another text.
std::string cut(const std::string& text) {
    if (text.size() <= limits::watch_text_bytes) return text;
    std::size_t end = limits::watch_text_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end);
}

/// Reads the fields of one object; the first thing that is wrong is kept.
class Fields {
public:
    explicit Fields(const json& object) : object_(object) {}

    std::string text(const char* name) {
        const json* value = find(name);
        if (value == nullptr) return {};
        if (!value->is_string()) return wrong(name, "a text"), std::string();
        return cut(value->get_ref<const std::string&>());
    }
    std::string needed_text(const char* name) {
        if (find(name) == nullptr) wrong(name, "there");
        std::string value = text(name);
        if (problem_.empty() && value.empty()) wrong(name, "a text that is not empty");
        return value;
    }
    TimePoint time() {
        static_cast<void>(needed_text("time"));
        return moment("time").value_or(TimePoint{});
    }
    std::optional<TimePoint> moment(const char* name) {
        const std::string value = text(name);
        if (value.empty()) return std::nullopt;
        const std::optional<TimePoint> moment = parse_moment(value);
        if (!moment) wrong(name, "a moment such as 2026-03-01T12:00:00Z");
        return moment;
    }
    std::uint64_t number(const char* name, std::uint64_t absent) {
        const json* value = find(name);
        if (value == nullptr) return absent;
        if (!value->is_number_unsigned()) return wrong(name, "a whole number from 0"), absent;
        return value->get<std::uint64_t>();
    }
    /// Two ids that begin alike are two ids: one is not cut.
    std::string id() {
        const json* value = find("id");
        if (value != nullptr && value->is_string() &&
            value->get_ref<const std::string&>().size() > limits::watch_text_bytes)
            wrong("id", ("a text of at most " + std::to_string(limits::watch_text_bytes) + " bytes").c_str());
        return needed_text("id");
    }
    /// How many of something: sums of them stay numbers.
    std::uint64_t count() {
        const std::uint64_t many = number("count", 1);
        if (many > limits::watch_count_max)
            wrong("count", ("at most " + std::to_string(limits::watch_count_max)).c_str());
        return std::min(many, limits::watch_count_max);
    }
    double share(const char* name) {
        const json* value = find(name);
        if (value == nullptr) return 0;
        if (!value->is_number() || value->get<double>() < 0 || value->get<double>() > 1)
            return wrong(name, "a number from 0 to 1"), 0;
        return value->get<double>();
    }
    bool boolean(const char* name) {
        const json* value = find(name);
        if (value == nullptr) return false;
        if (!value->is_boolean()) return wrong(name, "true or false"), false;
        return value->get<bool>();
    }
    [[nodiscard]] bool has(const char* name) const { return find(name) != nullptr; }
    std::uint64_t fingerprint(const char* name) {
        const std::string digits = text(name);
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (!digits.empty() && (error != std::errc{} || end != digits.data() + digits.size()))
            wrong(name, "up to 16 hexadecimal digits");
        return value;
    }
    std::string language() {
        std::string code = text("language");
        const bool good = code.size() <= limits::language_code_bytes &&
                          std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
        if (!good) wrong("language", "a code of ISO 639 such as en");
        return code;
    }
    std::vector<std::string> texts(const char* name, std::size_t texts_max) {
        std::vector<std::string> values;
        const json* value = find(name);
        if (value == nullptr) return values;
        const bool good = value->is_array() &&
                          std::ranges::all_of(*value, [](const json& entry) { return entry.is_string(); });
        if (!good) return wrong(name, "a list of texts"), values;
        for (const json& entry : *value) {
            if (values.size() >= texts_max) break;
            values.push_back(cut(entry.get_ref<const std::string&>()));
        }
        return values;
    }
    /// {"host": count, …}, or ["host", …] as older records have it.
    std::vector<LinkHost> links() {
        std::vector<LinkHost> hosts;
        const json* value = find("links");
        if (value == nullptr || value->is_array()) {
            for (std::string& host : texts(value == nullptr ? "link_domains" : "links", limits::watch_links))
                hosts.push_back({ascii_lower(host), 1});
            return hosts;
        }
        if (!value->is_object())
            return wrong("links", "an object of hosts with their number of links"), hosts;
        for (const auto& [host, count] : value->items()) {
            if (!count.is_number_unsigned()) return wrong("links", "hosts with whole numbers"), hosts;
            if (hosts.size() >= limits::watch_links) {
                links_left_out_ = true;
                break;
            }
            const auto many = std::min<std::uint64_t>(count.get<std::uint64_t>(), UINT32_MAX);
            hosts.push_back({ascii_lower(cut(host)), static_cast<std::uint32_t>(many)});
        }
        return hosts;
    }
    template <typename Word>
    Word word(const char* name, std::optional<Word> (*find_word)(std::string_view), const char* what) {
        const std::string value = needed_text(name);
        const std::optional<Word> found = find_word(value);
        if (!found) wrong(name, what, "\"" + value + "\"");
        return found.value_or(Word{});
    }
    void wrong(const char* name, const char* expected, const std::string& found = {}) {
        if (!problem_.empty()) return;
        problem_ = std::string("field \"") + name + "\" must be " + expected;
        if (!found.empty()) problem_ += ", and not " + found;
    }
    [[nodiscard]] bool links_left_out() const { return links_left_out_; }
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    [[nodiscard]] const json* find(const char* name) const {
        const auto found = object_.find(name);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }
    const json& object_;
    std::string problem_;
    bool links_left_out_ = false;
};

/// Dispositions of the gate with which nobody gets a message, for good.
bool is_refused(std::string_view disposition) {
    return disposition == "reject" || disposition == "quarantine" || disposition == "hold" ||
           disposition == "tempfail";
}

JudgedAs judged_as(std::string_view verdict) {
    if (verdict == "clean") return JudgedAs::clean;
    if (verdict == "suspicious" || verdict == "unscannable") return JudgedAs::suspicious;
    if (verdict == "phish" || verdict == "malware") return JudgedAs::hostile;
    return JudgedAs::unknown;
}

/// What no other column of the journal has.
void read_facts(Fields& fields, MessageEvent& event) {
    event.network_owner = fields.text("network_owner");
    event.country = fields.text("country");
    event.header_from_name = fields.text("header_from_name");
    event.reply_to = fields.text("reply_to");
    event.page_fingerprint = fields.fingerprint("page_fingerprint");
    const std::string form = fields.text("body_form");
    event.form = form == "html" ? BodyForm::html : form == "plain" ? BodyForm::plain : BodyForm::unknown;
    event.language = fields.language();
    event.links = fields.links();
    event.links_cut = fields.boolean("links_cut") || fields.links_left_out();
    event.registrable_domains = fields.texts("registrable_domains", limits::long_registrable_domains);
    event.attachment_types = fields.texts("attachment_types", limits::watch_attachments);
    event.judge_points =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(fields.number("points", 0), UINT32_MAX));
    event.hostility = fields.share("hostility");
    // What the watch itself held is no reason to pass it over: records say of themselves whether the gate refused it.
    const std::string disposition = fields.text("disposition");
    event.refused = fields.has("refused") ? fields.boolean("refused") : is_refused(disposition);
    event.released = fields.boolean("released");
}

MessageEvent read_message(Fields& fields) {
    MessageEvent event;
    event.id = fields.id();
    event.time = fields.time();
    // Where no row of the customer table fits, a login is compared with itself: its records name no customer of their own.
    event.customer = fields.text("watched_as");
    if (event.customer.empty()) event.customer = fields.needed_text("customer");
    event.credential = fields.text("sasl_login");
    if (event.credential.empty()) event.credential = fields.text("credential");
    event.client_ip = fields.text("client_ip");
    event.mail_from = fields.text("mail_from");
    event.header_from = fields.text("header_from");
    event.subject = fields.text("subject");
    event.recipients = fields.texts("recipients", SIZE_MAX);
    event.text_fingerprint = fields.fingerprint("text_fingerprint");
    event.judged_as = judged_as(fields.text("verdict"));
    read_facts(fields, event);
    return event;
}

OutcomeEvent read_outcome(Fields& fields, Outcome outcome) {
    return {.id = fields.id(),
            .time = fields.time(),
            .outcome = outcome,
            .customer = fields.needed_text("customer"),
            .record_id = fields.text("record"),
            .count = fields.count()};
}

AnswerEvent read_answer(Fields& fields) {
    return {.id = fields.id(),
            .time = fields.time(),
            .alarm = fields.needed_text("alarm"),
            .answer = fields.word<Answer>("answer", answer, "this_is_us, not_us or closed"),
            .by = fields.text("by"),
            .note = fields.text("note")};
}

CareEvent read_care(Fields& fields) {
    return {.id = fields.id(),
            .time = fields.time(),
            .customer = fields.needed_text("customer"),
            .watched_until = fields.moment("watched_until"),
            .paced_until = fields.moment("paced_until"),
            .by = fields.text("by"),
            .note = fields.text("note")};
}

AccountEvent read_act(Fields& fields, AccountAct act) {
    AccountEvent event;
    event.id = fields.id();
    event.time = fields.time();
    event.act = act;
    event.customer = fields.needed_text("customer");
    event.credential = fields.text("credential");
    event.actor = fields.text("actor");
    event.client_ip = fields.text("client_ip");
    event.network_owner = fields.text("network_owner");
    event.country = fields.text("country");
    event.device = fields.text("device");
    event.value = fields.text("value");
    event.count = fields.count();
    event.verified = fields.boolean("verified");
    return event;
}

/// Builds an object without what is empty.
class Members {
public:
    void text(const char* name, const std::string& value) {
        if (!value.empty()) object[name] = value;
    }
    /// With microseconds, where there are any: what is written is what is read.
    void time(TimePoint value) { moment("time", value); }
    void moment(const char* name, TimePoint value) {
        std::string text = to_rfc3339(value);
        const std::int64_t rest = (value.microseconds % 1'000 + 1'000) % 1'000;
        if (rest != 0) text.insert(text.size() - 1, fmt::format("{:03}", rest));
        object[name] = std::move(text);
    }
    void flag(const char* name, bool value) {
        if (value) object[name] = true;
    }
    void fingerprint(const char* name, std::uint64_t value) {
        if (value != 0) object[name] = fmt::format("{:016x}", value);
    }
    void texts(const char* name, const std::vector<std::string>& values) {
        if (!values.empty()) object[name] = values;
    }
    json object = json::object();
};

const char* verdict_of(JudgedAs judged_as) {
    switch (judged_as) {
        case JudgedAs::clean: return "clean";
        case JudgedAs::suspicious: return "suspicious";
        case JudgedAs::hostile: return "phish";
        case JudgedAs::unknown: break;
    }
    return "";
}

}  // namespace

json to_json(const MessageEvent& event) {
    Members out;
    out.text("id", event.id);
    out.time(event.time);
    out.text("customer", event.customer);
    out.text("sasl_login", event.credential);
    out.text("client_ip", event.client_ip);
    out.text("network_owner", event.network_owner);
    out.text("country", event.country);
    out.text("mail_from", event.mail_from);
    out.text("header_from", event.header_from);
    out.text("header_from_name", event.header_from_name);
    out.text("reply_to", event.reply_to);
    out.text("subject", event.subject);
    out.texts("recipients", event.recipients);
    out.fingerprint("text_fingerprint", event.text_fingerprint);
    out.fingerprint("page_fingerprint", event.page_fingerprint);
    out.text("language", event.language);
    if (event.form != BodyForm::unknown) out.object["body_form"] = to_string(event.form);
    out.flag("links_cut", event.links_cut);
    for (const LinkHost& link : event.links) out.object["links"][link.host] = link.count;
    out.texts("registrable_domains", event.registrable_domains);
    out.texts("attachment_types", event.attachment_types);
    if (event.judge_points > 0) out.object["points"] = event.judge_points;
    if (event.hostility > 0) out.object["hostility"] = event.hostility;
    out.text("verdict", verdict_of(event.judged_as));
    out.object["refused"] = event.refused;
    out.flag("released", event.released);
    return std::move(out.object);
}

json to_json(const AccountEvent& event) {
    Members out;
    out.object["kind"] = to_string(event.act);
    out.text("id", event.id);
    out.time(event.time);
    out.text("customer", event.customer);
    out.text("credential", event.credential);
    out.text("actor", event.actor);
    out.text("client_ip", event.client_ip);
    out.text("network_owner", event.network_owner);
    out.text("country", event.country);
    out.text("device", event.device);
    out.text("value", event.value);
    out.object["count"] = event.count;
    out.flag("verified", event.verified);
    return std::move(out.object);
}

json to_json(const OutcomeEvent& event) {
    Members out;
    out.object["kind"] = to_string(event.outcome);
    out.text("id", event.id);
    out.time(event.time);
    out.text("customer", event.customer);
    out.text("record", event.record_id);
    out.object["count"] = event.count;
    return std::move(out.object);
}

json to_json(const AnswerEvent& event) {
    Members out;
    out.object["kind"] = "answer";
    out.text("id", event.id);
    out.time(event.time);
    out.text("alarm", event.alarm);
    out.object["answer"] = to_string(event.answer);
    out.text("by", event.by);
    out.text("note", event.note);
    return std::move(out.object);
}

json to_json(const CareEvent& event) {
    Members out;
    out.object["kind"] = "care";
    out.text("id", event.id);
    out.time(event.time);
    out.text("customer", event.customer);
    if (event.watched_until) out.moment("watched_until", *event.watched_until);
    if (event.paced_until) out.moment("paced_until", *event.paced_until);
    out.text("by", event.by);
    out.text("note", event.note);
    return std::move(out.object);
}

Result<std::optional<Event>> event_from_json(const json& value) {
    if (!value.is_object()) return fail(ErrorCode::invalid_input, "an event must be a JSON object");
    Fields fields(value);
    const std::string kind = fields.text("kind");
    std::optional<Event> event;
    if (kind.empty() || kind == "message") {
        const std::string direction = fields.text("direction");
        if (fields.problem().empty() && !direction.empty() && direction != "outbound") return std::nullopt;
        event = read_message(fields);
    } else if (const std::optional<Outcome> known = outcome(kind)) {
        event = read_outcome(fields, *known);
    } else if (kind == "answer") {
        event = read_answer(fields);
    } else if (kind == "care") {
        event = read_care(fields);
    } else if (const std::optional<AccountAct> act = account_act(kind)) {
        event = read_act(fields, *act);
    } else {
        return fail(ErrorCode::invalid_input,
                    "\"" + kind +
                        "\" is no kind of event: the manual (watch.md) lists acts, outcomes and messages");
    }
    if (!fields.problem().empty()) return fail(ErrorCode::invalid_input, fields.problem());
    return event;
}

Result<MessageEvent> message_of_record(const RecordedMessage& recorded, const json& facts) {
    if (!facts.is_object()) return fail(ErrorCode::invalid_input, "an event must be a JSON object");
    Fields fields(facts);
    MessageEvent event;
    if (recorded.id.empty() || recorded.id.size() > limits::watch_text_bytes)
        fields.wrong("id", "the id of a record");
    event.id = recorded.id;
    event.time = recorded.time;
    event.customer = fields.text("watched_as");
    if (event.customer.empty()) event.customer = cut(recorded.customer);
    if (event.customer.empty()) fields.wrong("customer", "a text that is not empty");
    event.credential = recorded.sasl_login.empty() ? fields.text("credential") : cut(recorded.sasl_login);
    event.client_ip = cut(recorded.client_ip);
    event.mail_from = cut(recorded.mail_from);
    event.header_from = cut(recorded.header_from);
    event.subject = cut(recorded.subject);
    event.recipients.reserve(recorded.recipients.size());
    for (const std::string& recipient : recorded.recipients) event.recipients.push_back(cut(recipient));
    event.text_fingerprint = recorded.text_fingerprint;
    event.judged_as = judged_as(recorded.verdict);
    read_facts(fields, event);
    if (!fields.problem().empty()) return fail(ErrorCode::invalid_input, fields.problem());
    return event;
}

Result<json> parse_flat_json(std::string_view text) {
    bool too_deep = false;
    const auto look = [&](int depth, json::parse_event_t event, json&) {
        const bool begins =
            event == json::parse_event_t::array_start || event == json::parse_event_t::object_start;
        if (!begins || depth < limits::watch_json_depth) return true;
        too_deep = true;
        return false;  // what is deeper is not built
    };
    try {
        json value = json::parse(text, look);
        if (!too_deep) return value;
    } catch (const json::parse_error& error) {
        return fail(ErrorCode::invalid_input, "no JSON, at byte " + std::to_string(error.byte));
    } catch (const json::exception&) {  // "1e999"
        return fail(ErrorCode::invalid_input, "the JSON has a number that is too large");
    }
    return fail(ErrorCode::invalid_input, "the JSON has lists or objects more than " +
                                              std::to_string(limits::watch_json_depth) +
                                              " deep in each other");
}

Result<std::optional<Event>> parse_event(std::string_view line) {
    if (line.size() > limits::watch_line_bytes)
        return fail(ErrorCode::limit,
                    "the line has more than " + std::to_string(limits::watch_line_bytes) + " bytes");
    const json value = TRY(parse_flat_json(line));
    return event_from_json(value);
}

}  // namespace tocsin::watch
