#include "gate/detoured_mail.hpp"

#include <string>
#include <string_view>

namespace tocsin::gate {

namespace {

/// That of our own writer; else that of the first recipient who is in one.
std::string group_of(const GateServices& services, const store::Record& record) {
    if (!services.group_of) return std::string(no_group);
    if (record.direction == mail::to_string(mail::Direction::outbound))
        return services.group_of(record.header_from);
    for (const std::string& recipient : record.recipients)
        if (std::string group = services.group_of(recipient); group != no_group) return group;
    return std::string(no_group);
}

}  // namespace

void look_for_detour(const GateServices& services, const Envelope& envelope, Judgement& judgement,
                     std::vector<Decision>& decisions, TimePoint now) {
    if (judgement.scan.outcome != sandbox::Outcome::verdict) return;
    const bool ours = envelope.direction == mail::Direction::outbound &&
                      written_by(services, judgement.customer) == store::WrittenBy::organisation;
    const DetourSubject subject{
        .envelope = envelope, .report = judgement.scan.report, .by_organisation = ours};
    std::optional<FoundDetour> found = find_detour(services.rules->detours, services.blocked, subject, now);
    if (found && hold_detour(*found, envelope.recipients, decisions)) judgement.detour = std::move(found);
}

void note_detour(GateServices& services, const store::Record& record, const Judgement& judgement) {
    services.blocked.note(record);
    if (!judgement.detour) return;
    const std::string group = group_of(services, record);
    const std::string_view kind = to_string(judgement.detour->kind), mode = to_string(judgement.detour->mode);
    services.metrics.detours.add({kind, group, mode});
    services.log.write(
        LogLevel::info, "message.round_the_filters",
        {{"id", record.id}, {"kind", std::string(kind)}, {"mode", std::string(mode)}, {"group", group}});
    if (services.coach && judgement.holds_detour() &&
        record.direction == mail::to_string(mail::Direction::outbound))
        services.coach(record, *judgement.detour);
}

}  // namespace tocsin::gate
