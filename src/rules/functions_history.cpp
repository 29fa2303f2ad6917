#include "rules/functions.hpp"
#include "rules/history.hpp"
#include "rules/known_words.hpp"
#include "rules/message_bindings.hpp"

namespace tocsin::rules {

namespace bind {
TOCSIN_RULES_NAME(DaysSince, "DaysSince");
TOCSIN_RULES_NAME(SenderProfile, "SenderProfile");
}  // namespace bind

namespace {

template <ProfileOf whom>
Value profile(Evaluation& evaluation, const Arguments&) {
    History* const history = evaluation.surroundings().history;
    const SenderProfile* const known = history == nullptr ? nullptr : history->profile(whom);
    return known == nullptr ? Value::null(bit(Capability::history)) : Value::of_object(known);
}

}  // namespace

void add_history_functions(Functions& functions, Types& types) {
    using bind::field;
    types.named("DaysSince").fields = {field<&DaysSince::first_contact>(types, "first_contact"),
                                       field<&DaysSince::last_contact>(types, "last_contact"),
                                       field<&DaysSince::last_inbound>(types, "last_inbound"),
                                       field<&DaysSince::last_outbound>(types, "last_outbound")};
    types.named("SenderProfile").fields = {
        one_of(field<&SenderProfile::prevalence>(types, "prevalence"), known_words::prevalences),
        field<&SenderProfile::solicited>(types, "solicited"),
        field<&SenderProfile::any_messages_benign>(types, "any_messages_benign"),
        field<&SenderProfile::any_messages_malicious_or_spam>(types, "any_messages_malicious_or_spam"),
        field<&SenderProfile::any_false_positives>(types, "any_false_positives"),
        field<&SenderProfile::days_known>(types, "days_known"),
        field<&SenderProfile::days_since>(types, "days_since")};
    const Type* const result = bind::type_of<SenderProfile>(types);
    const auto add = [&](const char* name, FunctionBody body) {
        functions.add({.name = name,
                       .parameters = {},
                       .result = result,
                       .body = body,
                       .missing = Capability::history,
                       .null_argument = NullArgument::given});
    };
    add("profile.by_sender", profile<ProfileOf::sender>);
    add("profile.by_sender_email", profile<ProfileOf::sender_email>);
    add("profile.by_sender_domain", profile<ProfileOf::sender_domain>);
    for (const char* name : {"profile.by_reply_to", "beta.profile.by_reply_to"})
        add(name, profile<ProfileOf::reply_to>);
}

}  // namespace tocsin::rules
