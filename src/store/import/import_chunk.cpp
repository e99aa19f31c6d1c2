#include "store/import/import_chunk.h"

#include <algorithm>

#include "store/import/text_encoding.h"

namespace carillon::store {
namespace {

/// Thousands of usual rows. Some chunks are in memory at once, each a few times as large as this.
constexpr size_t kMostBytes = 4 << 20;

/// A row of the report must be text that both databases keep: well-formed, without NUL.
std::string storable(std::string_view text) {
  std::string out;
  TextDecoder decoder(TextEncoding::kUtf8);
  decoder.feed(text, out);
  decoder.finish(out);
  std::ranges::replace(out, '\0', ' ');
  return out;
}

std::string as_csv(const CsvRow& row) {
  std::string line;
  size_t size = row.fields.size();
  for (const auto field : row.fields) size += field.size();
  line.reserve(size);
  for (size_t i = 0; i < row.fields.size(); ++i) {
    if (i > 0) line += ',';
    append_csv_field(line, row.fields[i]);
  }
  return line;
}

std::string_view duplicate_reason(Duplicates scope) {
  switch (scope) {
    case Duplicates::kLeadset: return "duplicate: the number is already in this leadset";
    case Duplicates::kCampaign: return "duplicate: the number is already in this campaign";
    case Duplicates::kEverywhere: return "duplicate: the number is already in a leadset";
    case Duplicates::kAllow: break;
  }
  return "";
}

}  // namespace

DuplicateScope store_scope(Duplicates duplicates) {
  switch (duplicates) {
    case Duplicates::kCampaign: return DuplicateScope::kCampaign;
    case Duplicates::kEverywhere: return DuplicateScope::kEverywhere;
    default: return DuplicateScope::kLeadset;
  }
}

ImportChunk::ImportChunk(size_t rows) : rows_wanted_(rows) {
  leads_.reserve(rows);
  sources_.reserve(rows);
}

void ImportChunk::add(const CsvRow& row, PlannedLead planned) {
  ++count_;
  sources_.push_back({row.line, as_csv(row), planned.zones, planned.own_zone});
  bytes_ += sources_.back().content.size();
  leads_.push_back(std::move(planned.lead));
}

void ImportChunk::reject(const CsvRow& row, std::string reason, bool keep) {
  ++count_;
  ++refused_;
  if (!keep) return;
  rejected_.push_back({row.line, std::move(reason), storable(as_csv(row))});
  bytes_ += rejected_.back().content.size();
}

bool ImportChunk::is_full() const {
  return static_cast<size_t>(count_) >= rows_wanted_ || bytes_ >= kMostBytes;
}

// --------------------------------------------------------------------------------- judging

Result<ImportChunk::Findings> ImportChunk::look_up(Reader& reader, const Terms& terms) const {
  auto marks = reader.import_marks();
  if (!marks) return marks.error();
  // Where others can write at any time, only what the writer finds counts.
  if (!marks->certain) return Findings{};
  std::vector<std::string> phones;
  phones.reserve(leads_.size());
  for (const auto& lead : leads_) phones.push_back(lead.phone);
  auto findings = find(reader, terms, phones, true);
  if (findings) findings->marks = *marks;
  return findings;
}

/// What the database says of the phones. `knows_all`: the import's own earlier ones are known.
Result<ImportChunk::Findings> ImportChunk::find(Reader& reader, const Terms& terms,
                                                const std::vector<std::string>& phones,
                                                bool knows_all) {
  Findings findings;
  auto listed = reader.dnc_phones(phones, terms.leadset);
  if (!listed) return listed.error();
  findings.listed = std::move(*listed);
  if (terms.duplicates == Duplicates::kAllow) return findings;

  const auto scope = store_scope(terms.duplicates);
  const auto replacing = terms.replace ? terms.import : ImportId{};
  if (knows_all) {
    const auto any = reader.has_leads_for_import(scope, terms.leadset, replacing, terms.import);
    if (!any) return any.error();
    if (!*any) return findings;
  }
  auto known = reader.known_phones_for_import(phones, scope, terms.leadset, replacing);
  if (!known) return known.error();
  findings.known = std::move(*known);
  return findings;
}

void ImportChunk::judge(const Terms& terms, Findings findings, PhoneSet& met) {
  terms_ = terms;
  marks_ = findings.marks;
  met.forget_if_full();
  judgement_ = {std::vector(leads_.size(), Verdict::kAccept), std::move(findings.listed)};
  auto& verdicts = judgement_.verdicts;
  judged_ = {};
  judged_.refused = refused_;
  report_ = std::move(rejected_);
  for (size_t i = 0; i < leads_.size(); ++i) {
    const auto& phone = leads_[i].phone;
    if (terms_.check_dnc && judgement_.listed.contains(phone)) {
      verdicts[i] = Verdict::kDoNotCall;
    } else if (terms_.duplicates != Duplicates::kAllow) {
      // Also a known number is met, so that the set has every number of the file.
      const bool is_new = met.add(phone);
      if (!is_new || findings.known.contains(phone)) verdicts[i] = Verdict::kDuplicate;
    }
    refuse(i, verdicts[i], report_, judged_);
  }
  knows_all_ = met.knows_all();
  std::ranges::sort(report_, {}, &RejectedRow::row);
  rows_ = rows_of(judgement_);
}

/// Counts a lead and reports it, when the verdict is against it.
void ImportChunk::refuse(size_t lead, Verdict verdict, std::vector<RejectedRow>& report,
                         Written& counts) const {
  if (verdict == Verdict::kAccept) return;
  const bool duplicate = verdict == Verdict::kDuplicate;
  ++(duplicate ? counts.duplicates : counts.refused);
  report.push_back({sources_[lead].line,
                    std::string(duplicate ? duplicate_reason(terms_.duplicates)
                                          : "the number is on the do-not-call list"),
                    storable(sources_[lead].content)});
}

LeadRows ImportChunk::rows_of(const Judgement& judgement) const {
  std::vector<ImportedLead> accepted;
  accepted.reserve(leads_.size());
  for (size_t i = 0; i < leads_.size(); ++i) {
    if (judgement.verdicts[i] != Verdict::kAccept) continue;
    accepted.push_back({&leads_[i], judgement.listed.contains(leads_[i].phone)});
  }
  return lead_rows(terms_.import, accepted, terms_.state, machine_now().wall);
}

// --------------------------------------------------------------------------------- writing

Result<void> ImportChunk::write(Writer& writer, ImportWatch& watch) {
  const auto began = std::chrono::steady_clock::now();
  const auto again = must_look_again(writer, watch);
  if (!again) return again.error();
  Written counts = judged_;
  Result<void> inserted;
  if (!*again) {
    inserted = insert(writer, rows_, report_, counts);
  } else {
    const auto now = look_again(writer);
    if (!now) return now.error();
    auto report = report_;
    for (size_t i = 0; i < leads_.size(); ++i) {
      if (judgement_.verdicts[i] == Verdict::kAccept) refuse(i, now->verdicts[i], report, counts);
    }
    std::ranges::sort(report, {}, &RejectedRow::row);
    const bool same = now->verdicts == judgement_.verdicts && now->listed == judgement_.listed;
    inserted = insert(writer, same ? rows_ : rows_of(*now), report, counts);
  }
  if (!inserted) return inserted;
  const auto marks = writer.import_marks();
  if (!marks) return marks.error();
  counts.last_lead = marks->last_lead;
  counts.time = std::chrono::steady_clock::now() - began;
  written_ = counts;
  return {};
}

/// Whether something has come since the chunk was judged that may change the verdicts.
Result<bool> ImportChunk::must_look_again(Writer& writer, ImportWatch& watch) const {
  const auto marks = writer.import_marks();
  if (!marks) return marks.error();
  if (!marks->certain || !knows_all_ || marks->last_dnc != marks_.last_dnc) return true;
  if (terms_.duplicates == Duplicates::kAllow) return false;
  if (!watch.company) {
    const auto others = writer.others_added_leads(LeadId{watch.last_lead}, terms_.import);
    if (!others) return others.error();
    if (*others) watch.company = true;
  }
  return watch.company.load();
}

/// Those who were accepted may be refused by now.
Result<ImportChunk::Judgement> ImportChunk::look_again(Writer& writer) const {
  std::vector<std::string> phones;
  for (size_t i = 0; i < leads_.size(); ++i) {
    if (judgement_.verdicts[i] == Verdict::kAccept) phones.push_back(leads_[i].phone);
  }
  auto found = find(writer, terms_, phones, knows_all_);
  if (!found) return found.error();
  Judgement now{judgement_.verdicts, std::move(found->listed)};
  for (size_t i = 0; i < leads_.size(); ++i) {
    if (now.verdicts[i] != Verdict::kAccept) continue;
    if (terms_.check_dnc && now.listed.contains(leads_[i].phone)) {
      now.verdicts[i] = Verdict::kDoNotCall;
    } else if (found->known.contains(leads_[i].phone)) {
      now.verdicts[i] = Verdict::kDuplicate;
    }
  }
  return now;
}

Result<void> ImportChunk::insert(Writer& writer, const LeadRows& rows,
                                 const std::vector<RejectedRow>& report, Written& counts) const {
  counts.accepted = std::ssize(rows.rows);
  if (auto added = writer.insert_leads(rows); !added) return added;
  counts.reported = std::min(std::ssize(report), static_cast<std::ptrdiff_t>(report_room_));
  if (counts.reported == 0) return {};
  if (counts.reported == std::ssize(report)) {
    return writer.add_rejected_rows(terms_.import, report);
  }
  return writer.add_rejected_rows(terms_.import,
                                  {report.begin(), report.begin() + counts.reported});
}

}  // namespace carillon::store
