#include "mail/message_json.hpp"

#include <nlohmann/json.hpp>

#include "mail/ambiguity.hpp"

namespace tocsin::mail {
namespace {

using Json = nlohmann::ordered_json;

Json attachments_json(const std::vector<Attachment>& attachments) {
    Json list = Json::array();
    for (const Attachment& file : attachments) {
        Json item{{"file_name", file.file_name}, {"content_type", file.content_type}, {"size", file.size}};
        const auto put = [&item](const char* key, const std::string& value) {
            if (!value.empty()) item[key] = value;
        };
        put("file_extension", file.file_extension);
        put("file_type", file.file_type);
        put("content_id", file.content_id);
        put("content_disposition", file.content_disposition);
        put("md5", file.md5);
        put("sha1", file.sha1);
        put("sha256", file.sha256);
        item["_part"] = file.entity;
        list.push_back(std::move(item));
    }
    return list;
}

Json ambiguities_json(const MimeTree& tree) {
    Json list = Json::array();
    for (const Ambiguity& ambiguity : tree.ambiguities) {
        const AmbiguityInfo& about = info(ambiguity.kind);
        list.push_back({{"kind", about.name},
                        {"class", std::string(1, about.evasion_class)},
                        {"rfc", about.rfc},
                        {"offset", ambiguity.offset},
                        {"detail", ambiguity.detail},
                        {"text", about.text}});
    }
    return list;
}

Json parts_json(const MimeTree& tree, const Reading& reading) {
    Json list = Json::array();
    for (const std::uint32_t index : reading.entities) {
        const Entity& entity = tree.entities[index];
        Json part{{"index", index},
                  {"parent", entity.parent == no_entity ? Json(nullptr) : Json(entity.parent)},
                  {"type", entity.media_type()},
                  {"encoding", to_string(entity.encoding)},
                  {"size", entity.content.size()},
                  {"origin", to_string(entity.origin)}};
        if (!entity.file_names.empty()) part["file_name"] = entity.file_names.front();
        if (!entity.charset.empty()) part["charset"] = entity.charset;
        if (!entity.disposition.empty()) part["disposition"] = entity.disposition;
        list.push_back(std::move(part));
    }
    return list;
}

Json forms_json(const HtmlFacts& html) {
    Json list = Json::array();
    for (const HtmlForm& form : html.forms) {
        Json fields = Json::array();
        for (const FormField& field : form.fields)
            fields.push_back({{"name", field.name}, {"type", field.type}});
        list.push_back({{"action", form.action}, {"method", form.method}, {"fields", std::move(fields)}});
    }
    return list;
}

/// What the public data model has no place for.
Json additions_json(const Message& message, const MimeTree& tree, std::size_t reading) {
    Json out{{"ambiguous", tree.ambiguous()},
             {"ambiguities", ambiguities_json(tree)},
             {"readings", tree.ambiguous() ? tree.readings.size() : 1},
             {"reading", reading}};
    out["parts"] = reading < tree.readings.size() ? parts_json(tree, tree.readings[reading]) : Json::array();
    out["limits_hit"] = Json::array();
    for (const MimeLimitHit& hit : tree.limits_hit)
        out["limits_hit"].push_back({{"name", hit.name}, {"offset", hit.offset}});
    out["other_links"] = Json::array();
    for (const Link& link : message.body.links) {
        if (!is_model_link(link)) out["other_links"].push_back(link_json(link));
    }
    out["forms"] = message.body.html ? forms_json(*message.body.html) : Json::array();
    out["hidden_text"] = message.body.html ? message.body.html->hidden_text : std::string();
    out["title"] = message.body.html ? message.body.html->title : std::string();
    out["scripts"] = message.body.html ? message.body.html->scripts.size() : 0;
    out["truncated"] = message.truncated;
    return out;
}

}  // namespace

std::string to_json(const Message& message, const MimeTree& tree, std::size_t reading) {
    Json out{{"type",
              {{"inbound", message.direction == Direction::inbound},
               {"outbound", message.direction == Direction::outbound},
               {"internal", message.direction == Direction::internal}}}};
    out["sender"] = mailbox_json(message.sender);
    out["recipients"] = {{"to", mailboxes_json(message.to)},
                         {"cc", mailboxes_json(message.cc)},
                         {"bcc", mailboxes_json(message.bcc)}};
    out["mailbox"] = message.mailbox ? mailbox_json(*message.mailbox) : Json(nullptr);
    out["subject"] = subject_json(message.subject);
    out["headers"] = headers_json(message.headers);
    out["body"] = body_json(message.body);
    out["attachments"] = attachments_json(message.attachments);
    out["_tocsin"] = additions_json(message, tree, reading);
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tocsin::mail
