// A message on its whole way to a banner: parsed, planned, checked, changed, parsed again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banner/plan.hpp"
#include "gate/banner_edits.hpp"
#include "mail/body.hpp"
#include "support/exact_buffer.hpp"
#include "support/parsed_mail.hpp"

namespace tocsin::testing {

inline gate::BannerWords plain_words() {
    return {.heading = "Take care with this message",
            .lines = {"You have never had mail from this address before today.", "Ask the IT desk, 4711"},
            .fallback = "Take care."};
}

struct BanneredMail {
    scan::BannerPlan plan;
    std::size_t refused = 0;
    std::string text;  ///< the message with its banner

    explicit BanneredMail(std::string_view message, const gate::BannerWords& words = plain_words()) {
        const ParsedMail parsed(message);
        mail::MailTools tools;
        plan = banner::plan(parsed.tree(), tools);
        const ExactBuffer exact(message);
        const gate::CheckedPlaces checked = gate::check_places(exact.view(), plan.places);
        refused = checked.refused;
        const gate::BanneredBody body = gate::with_banner(exact.view(), checked.places, words, "tabc123");
        text = std::string(message.substr(0, gate::body_begin(exact.view())));
        for (const ByteView piece : body.pieces) text += as_text(piece);
    }

    /// Decoded contents of the texts and pages that are shown.
    [[nodiscard]] std::vector<std::string> shown() const {
        const ParsedMail parsed(text);
        std::vector<std::string> out;
        const mail::PartRoles roles = mail::find_roles(parsed.tree(), parsed->readings.front());
        for (const auto& part : {roles.plain, roles.html})
            for (const std::uint32_t index : part) out.emplace_back(as_text(parsed->entities[index].content));
        return out;
    }
};

}  // namespace tocsin::testing
