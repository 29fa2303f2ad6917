#include "respond/report.hpp"

#include <algorithm>

#include "base/contains.hpp"
#include "base/similarity.hpp"

namespace tocsin::respond {

namespace {

bool share_one(const std::vector<std::string>& one, const std::vector<std::string>& other) {
    return std::ranges::any_of(one, [&](const std::string& value) { return contains(other, value); });
}

}  // namespace

bool alike(const ReportFacts& founder, const ReportFacts& facts) {
    if (founder.grade == Grade::unread || facts.grade == Grade::unread) return false;
    // A drill is told from an attack by its token alone, however alike they look.
    if (founder.drill != facts.drill) return false;
    if (share_one(founder.hashes, facts.hashes) || share_one(founder.urls, facts.urls)) return true;
    const bool same_text =
        founder.text_fingerprint != 0 && founder.text_fingerprint == facts.text_fingerprint;
    if (same_text || similar(founder.text_fingerprint, facts.text_fingerprint)) return true;
    const bool same_sender = !founder.sender.empty() && founder.sender == facts.sender;
    if (same_sender && !founder.subject.empty() && founder.subject == facts.subject) return true;
    return similar(founder.page_fingerprint, facts.page_fingerprint) &&
           (same_sender || share_one(founder.hosts, facts.hosts));
}

}  // namespace tocsin::respond
