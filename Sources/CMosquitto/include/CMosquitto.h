// SPDX-License-Identifier: Apache-2.0
// Debian's libmosquitto, and the few calls whose C form Swift cannot use as it is.
#ifndef CMOSQUITTO_H
#define CMOSQUITTO_H

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Decrypted bytes that OpenSSL holds for this client: poll() cannot see them. 0 without TLS.
int nhip_mosquitto_tls_pending(struct mosquitto *client);

/// `mosquitto_lib_init`, once a process whatever thread asks first: it counts without a lock. From
/// then on a write to a connection that the other side closed is an error, not the process's death.
void nhip_mosquitto_prepare(void);

/// User name and password, and TLS 1.2 or later with a verified broker; NULL leaves out what is
/// not wanted. Returns a mosq_err_t.
int nhip_mosquitto_secure(struct mosquitto *client, const char *username, const char *password,
                          const char *ca_path, const char *certificate_path,
                          const char *key_path);

/// A mosq_err_t in a sentence, with what to look at where that helps.
const char *nhip_mosquitto_reason(int code);

#endif
