// The page on which a customer's contact says whether it was the customer: the one thing of Tocsin that strangers may reach.
#pragma once

#include <string>
#include <string_view>

#include "api/answer_links.hpp"
#include "api/watch_requests.hpp"
#include "proto/http.hpp"

namespace tocsin::api {

/// GET shows what is asked and changes nothing, because programs follow links in mail; POST answers.
class AnswerPages {
public:
    /// All that is answered, at every path: its last part is the link.
    static constexpr std::string_view methods[] = {"GET", "POST"};
    AnswerPages(WatchServices services, const HashKey& key) : services_(std::move(services)), links_(key) {}
    [[nodiscard]] proto::HttpResponse handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                             const std::string& caller);

private:
    proto::HttpResponse answer_it(net::Fiber& fiber, const watch::Alarm& alarm, const std::string& body,
                                  const std::string& caller);
    WatchServices services_;
    AnswerLinks links_;
};

}  // namespace tocsin::api
