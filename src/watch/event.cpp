#include "watch/event.hpp"

#include <array>

namespace tocsin::watch {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(AccountAct::count_)> account_acts = {
    "login",           "login_failed", "device_added", "password_changed", "second_factor_changed",
    "contact_changed", "api_key_made", "sender_added", "list_imported",    "list_exported",
    "quota_raised",    "user_added",   "role_added",   "template_changed", "control_call"};
constexpr std::array<std::string_view, static_cast<std::size_t>(Outcome::count_)> outcomes = {
    "delivered", "bounce_hard", "bounce_soft", "complaint", "trap", "canary", "unsubscribe"};
constexpr std::array<std::string_view, 3> answers = {"this_is_us", "not_us", "closed"};
constexpr std::array<std::string_view, 3> forms = {"unknown", "plain", "html"};

template <typename Word, std::size_t size>
std::optional<Word> find_word(const std::array<std::string_view, size>& words, std::string_view name) {
    for (std::size_t at = 0; at < size; ++at)
        if (words[at] == name) return static_cast<Word>(at);
    return std::nullopt;
}

}  // namespace

std::string_view to_string(AccountAct act) {
    return account_acts[static_cast<std::size_t>(act)];
}
std::string_view to_string(Outcome outcome) {
    return outcomes[static_cast<std::size_t>(outcome)];
}
std::string_view to_string(Answer answer) {
    return answers[static_cast<std::size_t>(answer)];
}
std::string_view to_string(BodyForm form) {
    return forms[static_cast<std::size_t>(form)];
}
std::optional<AccountAct> account_act(std::string_view name) {
    return find_word<AccountAct>(account_acts, name);
}
std::optional<Outcome> outcome(std::string_view name) {
    return find_word<Outcome>(outcomes, name);
}
std::optional<Answer> answer(std::string_view name) {
    return find_word<Answer>(answers, name);
}

}  // namespace tocsin::watch
