#include "telephony/outcome.h"

#include <fmt/format.h>

namespace carillon::telephony {
namespace {

std::string quoted(const sip::CallEnd& end) {
  return end.phrase.empty() ? fmt::format("{}", end.status)
                            : fmt::format("{} {}", end.status, end.phrase);
}

Verdict refused(const sip::CallEnd& end) {
  const auto said = quoted(end);
  switch (end.status) {
    case 486:
    case 600: return {Outcome::kBusy, false, EndedBy::kCustomer, "The line is busy."};
    case 408:
    case 480:
    case 487:
      return {Outcome::kNoAnswer, false, EndedBy::kCarrier,
              fmt::format("Nobody answered (the carrier said {}).", said)};
    case 404:
    case 410:
    case 484:
    case 485:
    case 604:
      return {Outcome::kRejected, false, EndedBy::kCarrier,
              fmt::format("The number is not in service (the carrier said {}).", said)};
    case 401:
    case 407:
      return {Outcome::kConnectionError, true, EndedBy::kCarrier,
              "The carrier wants a user name and password: check the trunk's."};
    case 402:
      return {Outcome::kConnectionError, !end.rang, EndedBy::kCarrier,
              fmt::format("The carrier wants to be paid first ({}): top up the account.", said)};
    case 403:
      if (end.rang) break;  // whoever was rung up does not want the call
      return {
          Outcome::kRejected, true, EndedBy::kCarrier,
          fmt::format("The call was rejected ({}).", said),
          fmt::format("The carrier refuses our calls ({}): ask it whether this server's address "
                      "is allowed, the account has credit and the caller ID may be used.",
                      said)};
    case 415:
    case 488:
    case 606:
      return {
          Outcome::kError, !end.rang, EndedBy::kCarrier,
          fmt::format("The carrier takes none of the trunk's codecs ({}).", said),
          fmt::format("The carrier takes none of the trunk's codecs ({}): ask it which it wants, "
                      "and choose those for the trunk.",
                      said)};
    default: break;
  }
  if (end.status >= 300 && end.status < 400) {
    return {Outcome::kRejected, false, EndedBy::kCarrier,
            fmt::format("The carrier redirected the call ({}), which is not followed.", said)};
  }
  if (end.status >= 500 && end.status < 600) {
    return {Outcome::kConnectionError, !end.rang, EndedBy::kCarrier,
            fmt::format("The carrier could not place the call ({}).", said)};
  }
  return {Outcome::kRejected, false, end.status == 603 ? EndedBy::kCustomer : EndedBy::kCarrier,
          fmt::format("The call was rejected ({}).", said)};
}

}  // namespace

Verdict judge(const sip::CallEnd& end) {
  using How = sip::CallEnd::How;
  switch (end.how) {
    case How::kRefused: return refused(end);
    case How::kSilence:
      return {Outcome::kConnectionError, true, EndedBy::kCarrier,
              "The carrier did not answer at all: check the trunk's host, port and firewall."};
    case How::kTransportFailed:
      return {Outcome::kConnectionError, !end.rang, EndedBy::kCarrier,
              "The carrier could not be reached: check the trunk's host, port and transport."};
    case How::kSignInFailed:
      return {Outcome::kConnectionError, true, EndedBy::kCarrier,
              "The carrier did not take our user name and password: check the trunk's."};
    case How::kRingTimeout:
      return {Outcome::kNoAnswer, false, EndedBy::kSystem,
              "Nobody answered within the ring timeout."};
    case How::kGivenUp:
      return {Outcome::kNoAnswer, false, EndedBy::kSystem, "We hung up before anybody answered."};
    case How::kCrossed:
      return {Outcome::kDropped, false, EndedBy::kSystem,
              "The customer answered in the moment when we hung up."};
    case How::kBadAnswer:
      return {
          Outcome::kDropped, false, EndedBy::kSystem,
          "The customer answered, but the carrier's audio cannot be used.",
          "The carrier answers with audio that we cannot use: choose both PCMU and PCMA for the "
          "trunk, or ask the carrier which codecs it wants."};
    case How::kTheyHungUp:
      return end.answered
                 ? Verdict{Outcome::kAnswered, false, EndedBy::kCustomer, "The customer hung up."}
                 : Verdict{Outcome::kNoAnswer, false, EndedBy::kCarrier,
                           "The carrier ended the call before anybody answered."};
    case How::kWeHungUp: return {Outcome::kAnswered, false, EndedBy::kSystem, "We hung up."};
    case How::kSessionLost:
      return {end.answered ? Outcome::kAnswered : Outcome::kConnectionError, false,
              EndedBy::kCarrier, "The carrier lost the call."};
  }
  return {};
}

}  // namespace carillon::telephony
