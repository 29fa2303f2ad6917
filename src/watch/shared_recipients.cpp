#include "watch/shared_recipients.hpp"

#include <algorithm>

#include "base/limits/watch.hpp"
#include "watch/known_values.hpp"

namespace tocsin::watch {

void SharedRecipients::note(std::uint64_t recipient, std::uint64_t customer, Day day) {
    if (recipient == 0 || !samples(recipient)) return;
    while (entries_.size() >= limits::watch_shared_recipients && !entries_.contains(recipient)) {
        largest_ /= 2;
        std::erase_if(entries_, [&](const auto& item) { return item.first > largest_; });
        if (!samples(recipient)) return;
    }
    for (Owner& owner : entries_[recipient].owners) {
        if (owner.customer == customer) {
            owner.first_day = std::min(owner.first_day, day);
            return;
        }
        if (owner.customer != 0) continue;
        owner = {customer, day};
        return;
    }
}

std::uint64_t SharedRecipients::other_customer(std::uint64_t recipient, std::uint64_t customer,
                                               Day today) const {
    const auto found = entries_.find(recipient);
    if (found == entries_.end()) return 0;
    for (const Owner& owner : found->second.owners)
        if (owner.customer != 0 && owner.customer != customer && today - owner.first_day >= established_days)
            return owner.customer;
    return 0;
}

}  // namespace tocsin::watch
