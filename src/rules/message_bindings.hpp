// Names of the bound structures. Private to src/rules.
#pragma once

#include "mail/message.hpp"
#include "rules/bind.hpp"

namespace tocsin::rules::bind {

#define TOCSIN_RULES_NAME(native, name_in_rules)                                                             \
    template <>                                                                                              \
    struct Name<native> {                                                                                    \
        static constexpr const char* value = name_in_rules;                                                  \
    }

TOCSIN_RULES_NAME(mail::Domain, "Domain");
TOCSIN_RULES_NAME(mail::EmailAddress, "EmailAddress");
TOCSIN_RULES_NAME(mail::Mailbox, "Mailbox");
TOCSIN_RULES_NAME(mail::IpAddress, "IP");
TOCSIN_RULES_NAME(mail::Url, "URL");
TOCSIN_RULES_NAME(mail::Link, "Link");
TOCSIN_RULES_NAME(mail::HtmlFacts, "HTML");
TOCSIN_RULES_NAME(mail::AuthVerdict, "SPF");
TOCSIN_RULES_NAME(mail::AuthenticationResults, "AuthenticationResults");
TOCSIN_RULES_NAME(mail::HopField, "HeaderField");
TOCSIN_RULES_NAME(mail::Received, "Received");
TOCSIN_RULES_NAME(mail::Hop, "Hop");
TOCSIN_RULES_NAME(mail::Subject, "Subject");
TOCSIN_RULES_NAME(mail::Thread, "Thread");
TOCSIN_RULES_NAME(mail::Attachment, "Attachment");
TOCSIN_RULES_NAME(mail::Body, "Body");
TOCSIN_RULES_NAME(mail::Headers, "Headers");
TOCSIN_RULES_NAME(mail::Message, "Message");

}  // namespace tocsin::rules::bind
