// Words that answers have, where there are no others: a rule that compares with another word is never right, and nobody notices.
#pragma once

#include <array>
#include <string_view>

namespace tocsin::rules::known_words {

using namespace std::string_view_literals;

inline constexpr auto confidences = std::to_array({"low"sv, "medium"sv, "high"sv});
inline constexpr auto prevalences =
    std::to_array({"new"sv, "outlier"sv, "rare"sv, "uncommon"sv, "common"sv, "unknown"sv});
inline constexpr auto intents = std::to_array({"cred_theft"sv, "callback_scam"sv, "bec"sv, "advance_fee"sv,
                                               "extortion"sv, "steal_pii"sv, "job_scam"sv, "benign"sv});
inline constexpr auto entities = std::to_array({"request"sv, "urgency"sv, "financial"sv, "org"sv, "sender"sv,
                                                "recipient"sv, "disclaimer"sv, "greeting"sv, "salutation"sv});
inline constexpr auto tags = std::to_array({"invoice"sv, "payment"sv, "purchase_order"sv});
/// Written out: "en" is never right.
inline constexpr auto languages =
    std::to_array({"english"sv,   "german"sv,   "french"sv,    "spanish"sv,   "portuguese"sv, "italian"sv,
                   "dutch"sv,     "swedish"sv,  "danish"sv,    "norwegian"sv, "polish"sv,     "czech"sv,
                   "romanian"sv,  "turkish"sv,  "hungarian"sv, "finnish"sv,   "indonesian"sv, "russian"sv,
                   "ukrainian"sv, "greek"sv,    "hebrew"sv,    "arabic"sv,    "hindi"sv,      "thai"sv,
                   "georgian"sv,  "japanese"sv, "korean"sv,    "chinese"sv,   "unknown"sv});
inline constexpr auto topics = std::to_array({"Advertising and Promotions"sv,
                                              "Newsletters and Digests"sv,
                                              "Security and Authentication"sv,
                                              "Financial Communications"sv,
                                              "Secure Message"sv,
                                              "Reminders and Notifications"sv,
                                              "Payment Information"sv,
                                              "Events and Webinars"sv,
                                              "Professional and Career Development"sv,
                                              "Request to View Invoice"sv,
                                              "B2B Cold Outreach"sv,
                                              "Entertainment and Sports"sv,
                                              "File Sharing and Cloud Services"sv,
                                              "Sexually Explicit Messages"sv,
                                              "News and Current Events"sv,
                                              "Software and App Updates"sv,
                                              "Romance"sv,
                                              "Customer Service and Support"sv,
                                              "Health and Wellness"sv,
                                              "Order Confirmations"sv,
                                              "Educational and Research"sv,
                                              "Benefit Enrollment"sv,
                                              "Voicemail Call and Missed Call Notifications"sv,
                                              "E-Signature"sv,
                                              "Travel and Transportation"sv,
                                              "Political Mail"sv,
                                              "Bounce Back and Delivery Failure Notifications"sv,
                                              "Legal and Compliance"sv,
                                              "Shipping and Package"sv,
                                              "Purchase Orders"sv,
                                              "Out of Band Pivot"sv,
                                              "Government Services"sv,
                                              "Charity and Non-Profit"sv,
                                              "Acts of Violence"sv,
                                              "Contact List Solicitation"sv,
                                              "Out of Office and Automatic Replies"sv,
                                              "Social Media and Networking"sv,
                                              "Emergency Alerts"sv,
                                              "E-vite with External RSVP"sv,
                                              "Environmental and Sustainability"sv});

}  // namespace tocsin::rules::known_words
