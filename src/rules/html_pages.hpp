// The pages of one message that rules ask with XPath, each built once.
#pragma once

#include <map>
#include <string_view>
#include <utility>

#include "rules/xpath.hpp"

namespace tocsin::rules {

/// One for each message.
class HtmlPages {
public:
    explicit HtmlPages(mail::HtmlTrees& trees) : trees_(trees) {}

    /// The page of this source, which must stay where it is.
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
    mail::HtmlTrees& trees_;
    std::map<std::pair<const char*, std::size_t>, HtmlDocument> pages_;
    std::map<std::pair<const char*, std::size_t>, PageTags> tags_;
};

}  // namespace tocsin::rules
