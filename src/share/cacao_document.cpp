// JSON of somebody else, within limits, so that no two readers of it can see two things.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/limits/share.hpp"
#include "share/cacao_detail.hpp"
#include "share/text.hpp"

namespace tocsin::share::cacao {

namespace {

using nlohmann::json;

/// Watches a text while it is read: how deep it goes, and which keys an object has twice (a second one would hide the first).
class Watcher {
public:
    bool operator()(int depth, json::parse_event_t event, json& value) {
        if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
            if (depth >= limits::share_document_depth) {
                tell(fmt::format("lists or objects are more than {} deep in each other",
                                 limits::share_document_depth));
                return false;  // what is deeper is not built
            }
            keys_.resize(static_cast<std::size_t>(depth) + 1);
            keys_.back().clear();
        } else if (event == json::parse_event_t::key) {
            const auto level = static_cast<std::size_t>(depth) - 1;
            const std::string name = value.get<std::string>();
            if (level < keys_.size() && !keys_[level].insert(name).second)
                tell(fmt::format("an object has {} twice: leave one of them", quote(name)));
        }
        return true;
    }

    std::string problem;

private:
    void tell(std::string what) {
        if (problem.empty()) problem = std::move(what);
    }

    std::vector<std::set<std::string>> keys_;  ///< of the objects that are open, outermost first
};

std::string place_of(std::string_view text, std::size_t byte) {
    const std::string_view before = text.substr(0, std::min(byte, text.size()));
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t begin = before.rfind('\n');
    return fmt::format("line {}, column {}", line,
                       before.size() - (begin == std::string_view::npos ? 0 : begin + 1));
}

}  // namespace

Result<json> parse_document(std::string_view text) {
    if (text.size() > limits::share_document_bytes)
        return fail(ErrorCode::limit, fmt::format("the document has more than {} bytes: split the playbook",
                                                  limits::share_document_bytes));
    Watcher watcher;
    json document;
    try {
        document = json::parse(text, std::ref(watcher));
    } catch (const json::parse_error& error) {
        return fail(ErrorCode::invalid_input, fmt::format("no JSON, at {}", place_of(text, error.byte)));
    } catch (const json::exception& error) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("no JSON that can be read: {}", one_line(error.what())));
    }
    if (!watcher.problem.empty()) return fail(ErrorCode::invalid_input, watcher.problem);
    if (!document.is_object())
        return fail(ErrorCode::invalid_input, "the document is no JSON object: a playbook is one");
    return document;
}

}  // namespace tocsin::share::cacao
