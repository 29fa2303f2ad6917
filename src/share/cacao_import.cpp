// A document of CACAO 2.0, of whomever, as a playbook of ours.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "base/limits/share.hpp"
#include "base/moment.hpp"
#include "respond/event.hpp"
#include "respond/event_json.hpp"
#include "respond/setup.hpp"
#include "share/cacao_detail.hpp"
#include "share/cacao_walk.hpp"
#include "share/text.hpp"

namespace tocsin::share {

namespace cacao {

namespace {

using namespace respond;
using nlohmann::json;

/// What CACAO 2.0 section 3.1 gives a playbook, and what of it means nothing here.
constexpr std::array<std::string_view, 17> understood = {"type",
                                                         "spec_version",
                                                         "id",
                                                         "name",
                                                         "description",
                                                         "created_by",
                                                         "created",
                                                         "modified",
                                                         "severity",
                                                         "workflow_start",
                                                         "workflow",
                                                         "workflow_exception",
                                                         "playbook_types",
                                                         "playbook_activities",
                                                         "agent_definitions",
                                                         "target_definitions",
                                                         "playbook_variables"};
constexpr std::array<std::string_view, 3> only_ours = {"labels", "extension_definitions",
                                                       "playbook_extensions"};

/// 1 to 100 as one of four, worst first; exporting gives 100, 75, 50 and 25.
Severity severity_of(std::int64_t value) {
    if (value > 75) return Severity::s1;
    if (value > 50) return Severity::s2;
    return value > 25 ? Severity::s3 : Severity::s4;
}

bool has_our_extension(const json& document) {
    const auto found = document.find("playbook_extensions");
    return found != document.end() && found->is_object() && found->contains(extension_id());
}

/// A property that is read past, in words.
std::string words_of_property(std::string_view name) {
    if (name == "signatures")
        return "nobody has looked whether they are right, and they end with the change of form";
    if (name == "valid_from" || name == "valid_until") return "playbooks here have no term: mind it yourself";
    if (name == "markings" || name == "data_marking_definitions")
        return "who may see the playbook is not kept: mind it yourself";
    if (name == "authentication_info_definitions") return "secrets of others are not taken over";
    return "means nothing here";
}

class Reader {
public:
    explicit Reader(const json& document) : document_(document) {}

    Result<CacaoImport> read() {
        TRY(check_head());
        read_head();
        Walk walk(document_, out_);
        TRY(walk.run());
        TRY(check_result());
        return std::move(out_);
    }

private:
    [[nodiscard]] Result<void> check_head() const {
        if (text_of(document_, "type") != "playbook")
            return fail(ErrorCode::invalid_input, "type is not \"playbook\": this is no playbook of CACAO");
        if (const std::string version = text_of(document_, "spec_version"); version != spec_version)
            return fail(ErrorCode::invalid_input,
                        fmt::format("spec_version is {}: only {} is read; convert it first", quote(version),
                                    spec_version));
        if (const auto revoked = document_.find("revoked"); revoked != document_.end() && *revoked == true)
            return fail(ErrorCode::invalid_input,
                        "the playbook is revoked: who wrote it says that it must not be used any more");
        return {};
    }

    void lose(std::string field, std::string words) {
        out_.losses.push_back({{}, std::move(field), std::move(words)});
    }

    void read_head() {
        Playbook& playbook = out_.playbook;
        const std::string name = text_of(document_, "name");
        playbook.name = plain_name(name);
        if (playbook.name.empty()) playbook.name = "imported";
        playbook.title = one_line(text_of(document_, "description"));
        if (playbook.name != name) {
            lose("name", fmt::format("{} is called {} here", quote(name), playbook.name));
            if (playbook.title.empty()) playbook.title = one_line(name);
        }
        playbook.triggers = {Trigger::by_hand};
        if (const auto severity = document_.find("severity");
            severity != document_.end() && severity->is_number_integer()) {
            const auto value = severity->get<std::int64_t>();
            if (value > 0) playbook.severity = severity_of(value);
            if (value % 25 != 0 || value > 100)
                lose("severity", fmt::format("{} of 100 is one of four here", value));
        }
        for (const auto& [key, value] : document_.items()) {
            const bool ours = has_our_extension(document_) && contains(only_ours, key);
            if (!ours && !contains(understood, key) && !(key == "revoked" && value == false))
                lose(one_line(key.substr(0, limits::share_quoted_bytes)), words_of_property(key));
        }
    }

    /// What our own files and events allow; what is wrong with that is wrong with the document.
    Result<void> check_result() {
        const Playbook& playbook = out_.playbook;
        for (const Flaw& flaw : flaws_of(playbook))
            return fail(ErrorCode::invalid_input,
                        fmt::format("{}{}; {}", flaw.subject.empty() ? "" : "step " + flaw.subject + ": ",
                                    flaw.message, flaw.what_to_do));
        auto setup = std::make_shared<Setup>();
        setup->playbooks = {playbook};
        const Event event{.id = "import", .time = {}, .by = {}, .what = SetupChanged{std::move(setup)}};
        if (const Result<void> bounds = check_bounds(event); !bounds)
            return fail(ErrorCode::limit, bounds.error().message);
        return {};
    }

    const json& document_;
    CacaoImport out_;
};

/// What our extension holds, if the rest of the document is what we would have written with it.
std::optional<Playbook> from_extension(const json& document) {
    const json& extension = document["playbook_extensions"][extension_id()];
    if (!extension.is_object() || !extension.contains(std::string(extension_member))) return std::nullopt;
    Result<Playbook> playbook = playbook_from_json(extension[std::string(extension_member)]);
    const std::optional<TimePoint> modified = parse_moment(text_of(document, "modified"));
    if (!playbook || !modified || !flaws_of(*playbook).empty()) return std::nullopt;
    if (document_of(*playbook, *modified, CacaoExtension::with) != document) return std::nullopt;
    return *std::move(playbook);
}

void limit_losses(std::vector<Loss>& losses) {
    if (losses.size() <= limits::share_losses) return;
    const std::size_t more = losses.size() - limits::share_losses;
    losses.resize(limits::share_losses);
    losses.push_back({{}, "losses", fmt::format("and {} more", more)});
}

}  // namespace

Result<CacaoImport> read_steps(const json& document) {
    return Reader(document).read();
}

}  // namespace cacao

std::string to_line(const Loss& loss) {
    return fmt::format("{}{}: {}", loss.step.empty() ? "" : "step " + loss.step + ": ", loss.field,
                       one_line(loss.words));
}

Result<CacaoImport> from_cacao(std::string_view text) {
    const nlohmann::json document = TRY(cacao::parse_document(text));
    CacaoImport read = TRY(cacao::read_steps(document));
    if (cacao::has_our_extension(document)) {
        if (std::optional<respond::Playbook> exact = cacao::from_extension(document))
            return CacaoImport{*std::move(exact), {}};
        read.losses.insert(read.losses.begin(),
                           {{},
                            "extension",
                            "what Tocsin wrote beside the steps does not fit them: one of the two was "
                            "changed. Only what everybody sees in the document is taken"});
    }
    cacao::limit_losses(read.losses);
    return read;
}

}  // namespace tocsin::share
