// Links of a body: taken apart, unique, each knowing where in the text it stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "mail/html_facts.hpp"
#include "mail/message.hpp"
#include "mail/tools.hpp"
#include "mail/urls.hpp"

namespace tocsin::mail {

/// Collects links, each once by target, text and kind; at most limits::links.
class LinkCollector {
public:
    explicit LinkCollector(MailTools& tools) : tools_(tools) {}

    /// Links of an HTML part, and URLs in its visible text that are no link's text: clients make them links.
    void add_html(const HtmlReading& html, std::uint32_t entity);
    /// URLs in plain text. Those that an HTML part leads to already are left out.
    void add_plain(std::string_view text, std::uint32_t entity);

    [[nodiscard]] std::vector<Link> take() { return std::move(links_); }
    /// Offset of each link in the text of the part that it came from.
    [[nodiscard]] const std::vector<std::size_t>& offsets() const { return offsets_; }
    /// There are more than are kept, or one is so long that only a part of it is.
    [[nodiscard]] bool cut() const { return cut_ || full(); }

private:
    [[nodiscard]] bool full() const;
    void add_html_link(const HtmlLink& found, const std::optional<Url>& base, std::uint32_t entity);
    std::vector<FoundInText> urls_in(std::string_view text);
    void add_found(const FoundInText& found, std::uint32_t entity);
    void add(Link link, std::size_t offset);

    MailTools& tools_;
    bool cut_ = false;
    std::vector<Link> links_;
    std::vector<std::size_t> offsets_;
    std::unordered_set<std::string> seen_;     ///< target, text and kind
    std::unordered_set<std::string> targets_;  ///< of HTML links
};

}  // namespace tocsin::mail
