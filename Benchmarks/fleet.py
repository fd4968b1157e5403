# SPDX-License-Identifier: Apache-2.0
"""Writes the registry of a made-up nation: `fleet.py DEVICES FOLDER [KIND,…]`.

A hundred devices a commune, one site for ten of them, kinds in turn: units.csv, sites.csv and
devices.csv, as `registry:` of a pipeline names them.
"""
import os
import sys

count, folder = int(sys.argv[1]), sys.argv[2]
kinds = sys.argv[3].split(",") if len(sys.argv) > 3 else [
    "wifi-ap", "loudspeaker", "lan-sensor", "kiosk", "video-endpoint"]
os.makedirs(folder, exist_ok=True)


def write(name, header, rows):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(header + "\n")
        file.writelines(row + "\n" for row in rows)


communes = (count + 99) // 100
sites = (count + 9) // 10
write(
    "units.csv", "code,name,level,level_label,area_class,parent,valid_from,valid_to",
    ["VN,Việt Nam,nation,quốc gia,,,2025-07-01,", "98,Tỉnh Lâm Sơn,province,tỉnh,,VN,2025-07-01,"]
    + [f"{10000 + n},Xã {n},commune,xã,II,98,2025-07-01," for n in range(communes)])
write(
    "sites.csv", "code,name,type,unit,lat,lon,feeder,isp,valid_from,valid_to",
    (f"s{n},Nhà văn hóa thôn {n},culture-house,{10000 + n // 10},21.4,104.9,471-E9.8,Nhà mạng A,"
     "2025-07-01," for n in range(sites)))
write(
    "devices.csv",
    "id,kind,name,site,via,owner,commissioned_at,sim_quota_mb,sim_cycle_day,sim_expires_on,"
    "certificate_expires_on",
    (f"d{n:06},{kinds[n % len(kinds)]},Thiết bị thôn {n},s{n // 10},,UBND xã,2025-09-15,,,,"
     "2027-09-15" for n in range(count)))
