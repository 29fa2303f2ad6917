// The pages of one message that rules ask with XPath, each built once.
#pragma once

#include <map>
#include <string_view>
#include <utility>

#include "rules/xpath.hpp"

namespace tocsin::rules {

/// One for each message. Sources are known by their place. They must stay there until begin(), and that of the message until all
/// is done.
class HtmlPages {
public:
    /// `own` is the message's own page.
    HtmlPages(mail::HtmlTrees& trees, std::string_view own) : trees_(trees), own_(own.data(), own.size()) {}

    /// Forgets all but the message's own page: where others stood, other ones may stand from now on.
    void begin() {
        std::erase_if(pages_, [this](const auto& one) { return one.first != own_; });
        std::erase_if(tags_, [this](const auto& one) { return one.first != own_; });
    }

    /// The page of this source.
    [[nodiscard]] HtmlDocument& page(std::string_view html) {
        const std::pair key(html.data(), html.size());
        auto at = pages_.find(key);
        if (at == pages_.end()) at = pages_.emplace(key, HtmlDocument::parse(html, trees_)).first;
        return at->second;
    }

    /// False: the query yields no nodes of this page, and it need not be built to know that.
    [[nodiscard]] bool may_hold(std::string_view html, const XPathQuery& query) {
        return tags_.try_emplace({html.data(), html.size()}, html).first->second.may_hold(query);
    }

private:
    using Place = std::pair<const char*, std::size_t>;

    mail::HtmlTrees& trees_;
    Place own_;
    std::map<Place, HtmlDocument> pages_;
    std::map<Place, PageTags> tags_;
};

}  // namespace tocsin::rules
