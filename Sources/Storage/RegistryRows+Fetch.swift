// SPDX-License-Identifier: Apache-2.0

import GRDB

extension DeviceRow {
  /// Reads column by column. Decoding by coding keys costs six times as much, twice at every start,
  /// for every device of a nation.
  init(row: Row) throws {
    number = row["number"]
    (id, kind, name, site) = (row["id"], row["kind"], row["name"], row["site"])
    (commune, via, owner) = (row["commune"], row["via"], row["owner"])
    (commissionedAt, retiredAt) = (row["commissioned_at"], row["retired_at"])
    (simQuotaMegabytes, simCycleDay) = (row["sim_quota_megabytes"], row["sim_cycle_day"])
    simExpiresOn = row["sim_expires_on"]
    certificateExpiresOn = row["certificate_expires_on"]
  }
}

extension SiteRow {
  init(row: Row) throws {
    (code, name, type, unit) = (row["code"], row["name"], row["type"], row["unit"])
    (latitude, longitude) = (row["latitude"], row["longitude"])
    (feeder, isp) = (row["feeder"], row["isp"])
    (validFrom, validTo) = (row["valid_from"], row["valid_to"])
  }
}
