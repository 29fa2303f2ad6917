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

private:
    mail::HtmlTrees& trees_;
    std::map<std::pair<const char*, std::size_t>, HtmlDocument> pages_;
};

}  // namespace tocsin::rules
