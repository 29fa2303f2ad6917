#include "respond/event.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "respond/describe.hpp"

namespace tocsin::respond {

namespace {

constexpr std::array<std::string_view, std::variant_size_v<EventBody>> kinds = {"setup_changed",
                                                                                "report_taken",
                                                                                "report_read",
                                                                                "verdict_given",
                                                                                "watch_alarm_answered",
                                                                                "malware_left",
                                                                                "canary_hit",
                                                                                "opened_by_hand",
                                                                                "people_touched",
                                                                                "run_started",
                                                                                "run_undone",
                                                                                "approval",
                                                                                "manual_done",
                                                                                "step_retried",
                                                                                "effect_attempted",
                                                                                "effect_succeeded",
                                                                                "effect_failed",
                                                                                "acknowledged",
                                                                                "incidents_merged",
                                                                                "incident_unmerged",
                                                                                "reports_split",
                                                                                "incident_closed",
                                                                                "owner_set",
                                                                                "severity_set",
                                                                                "state_set",
                                                                                "note_added",
                                                                                "override_added",
                                                                                "tick"};

/// An archive that changes nothing and looks at sizes.
class Bounds {
public:
    void id(std::string_view name, const std::string& value) {
        if (!is_id(value)) wrong(name, "must be 1 to 130 letters, digits, hyphens and underscores");
    }
    void source_id(std::string_view name, const std::string& value) {
        id(name, value);
        size(name, value, limits::respond_id_bytes);
    }
    void name(std::string_view name, const std::string& value) {
        size(name, value, limits::respond_name_bytes);
    }
    void text(std::string_view name, const std::string& value) {
        size(name, value, limits::respond_text_bytes);
    }
    void needed_text(std::string_view name, const std::string& value) {
        if (value.empty()) wrong(name, "must not be empty");
        text(name, value);
    }
    void long_text(std::string_view name, const std::string& value) {
        size(name, value, limits::respond_notice_bytes);
    }
    void texts(std::string_view name, const std::vector<std::string>& values, std::size_t most) {
        count(name, values.size(), most);
        for (const std::string& value : values) text(name, value);
    }
    template <typename Word>
    void words(std::string_view name, const std::vector<Word>& values, std::size_t most) {
        count(name, values.size(), most);
    }
    void word(std::string_view, const auto&) {}
    void optional_word(std::string_view, const auto&) {}
    void small(std::string_view, std::uint32_t) {}
    void time(std::string_view, TimePoint) {}
    void fingerprint(std::string_view, std::uint64_t) {}
    void map(std::string_view name, const std::map<std::string, std::string>& values) {
        count(name, values.size(), limits::respond_words);
        for (const auto& [key, value] : values) {
            size(name, key, limits::respond_name_bytes);
            size(name, value, limits::respond_notice_bytes);
        }
    }
    template <typename Item>
    void list(std::string_view name, const std::vector<Item>& values, std::size_t most) {
        count(name, values.size(), most);
        for (const Item& value : values) describe(*this, value);
    }
    void inner(std::string_view, const auto& value) { describe(*this, value); }
    void needed_inner(std::string_view, const auto& value) { describe(*this, value); }
    void shared(std::string_view name, const std::shared_ptr<const Setup>& value) {
        if (value == nullptr) return wrong(name, "must be there");
        describe(*this, *value);
    }

    std::string problem;

private:
    void size(std::string_view name, const std::string& value, std::size_t most) {
        if (value.size() > most) wrong(name, fmt::format("is longer than {} bytes", most));
    }
    void count(std::string_view name, std::size_t found, std::size_t most) {
        if (found > most) wrong(name, fmt::format("has {} entries, the most are {}", found, most));
    }
    void wrong(std::string_view name, std::string_view what) {
        if (problem.empty()) problem = fmt::format("field \"{}\" {}", name, what);
    }
};

}  // namespace

std::string incident_by_hand(std::string_view event) {
    return fmt::format("h-{}", event);
}

std::string_view kind_of(const Event& event) {
    return kinds[event.what.index()];
}

bool is_id(std::string_view text) {
    // Two more for the letter and the hyphen that an incident puts before the id of what opened it.
    return !text.empty() && text.size() <= limits::respond_id_bytes + 2 &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

Result<void> check_bounds(const Event& event) {
    Bounds bounds;
    bounds.source_id("id", event.id);
    bounds.text("by", event.by);
    std::visit([&](const auto& what) { describe(bounds, what); }, event.what);
    if (bounds.problem.empty()) return {};
    return fail(ErrorCode::invalid_input,
                fmt::format("{} event {}: {}", kind_of(event), event.id.substr(0, limits::respond_id_bytes),
                            bounds.problem));
}

}  // namespace tocsin::respond
