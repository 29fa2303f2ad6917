// JSON pieces that the data model is put together from; message.hpp has to_json().
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mail/message.hpp"

namespace tocsin::mail {

[[nodiscard]] nlohmann::ordered_json headers_json(const Headers& headers);
[[nodiscard]] nlohmann::ordered_json body_json(const Body& body);
[[nodiscard]] nlohmann::ordered_json domain_json(const Domain& domain);
[[nodiscard]] nlohmann::ordered_json ip_json(const IpAddress& ip);
[[nodiscard]] nlohmann::ordered_json email_json(const EmailAddress& email);
[[nodiscard]] nlohmann::ordered_json mailbox_json(const Mailbox& mailbox);
[[nodiscard]] nlohmann::ordered_json mailboxes_json(const std::vector<Mailbox>& mailboxes);
[[nodiscard]] nlohmann::ordered_json url_json(const Url& url);
[[nodiscard]] nlohmann::ordered_json subject_json(const Subject& subject);
/// The stable name of a parser, as in the data model.
[[nodiscard]] std::string_view to_string(LinkParser parser);
/// True for links that the data model lists under body.links; all others stand under "_tocsin".
[[nodiscard]] bool is_model_link(const Link& link);
[[nodiscard]] nlohmann::ordered_json link_json(const Link& link);

}  // namespace tocsin::mail
