// The page on which somebody who was paged says that he has it.
#pragma once

#include <string>

#include "api/acknowledge_links.hpp"
#include "api/respond_requests.hpp"
#include "proto/http.hpp"

namespace tocsin::api {

/// GET shows what it is about and changes nothing, because programs follow links in mail and chats; POST acknowledges. Whoever
/// comes second hears who has it.
class AcknowledgePages {
public:
    AcknowledgePages(RespondServices services, const HashKey& key)
        : services_(std::move(services)), links_(key) {}
    [[nodiscard]] proto::HttpResponse handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                             const std::string& token, const std::string& caller);

private:
    proto::HttpResponse acknowledge(net::Fiber& fiber, const AcknowledgeLink& link,
                                    const std::string& caller);
    RespondServices services_;
    AcknowledgeLinks links_;
};

}  // namespace tocsin::api
