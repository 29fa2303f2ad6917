// The record of a message that the SMTP machine refused while its content came: no reader ever sees it (law 2).
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "gate/judgement.hpp"
#include "proto/smtp_types.hpp"
#include "store/journal_store.hpp"

namespace tocsin::gate {

/// Disposition `reject`, verdict and outcome `unscannable`, the reason names `violation` and says what it means.
[[nodiscard]] store::Record refused_record(const Envelope& envelope, proto::SmtpViolation violation,
                                           std::uint64_t size_bytes, TimePoint now);

/// Writes it; durable on return. The message does not pass in any case: an error is for the log. `size_bytes`: what came.
[[nodiscard]] Result<void> record_refused_content(GateServices& services, net::Fiber& fiber,
                                                  const Envelope& envelope, proto::SmtpViolation violation,
                                                  std::uint64_t size_bytes);

}  // namespace tocsin::gate
