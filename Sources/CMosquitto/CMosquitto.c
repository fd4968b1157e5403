// SPDX-License-Identifier: Apache-2.0
#include "CMosquitto.h"

#include <pthread.h>

// The one call of OpenSSL that is needed. Declared here, because libssl's headers are not: the
// library itself is already loaded by libmosquitto, which links it.
extern int SSL_pending(const void *ssl);

int nhip_mosquitto_tls_pending(struct mosquitto *client) {
  const void *ssl = mosquitto_ssl_get(client);
  return ssl == NULL ? 0 : SSL_pending(ssl);
}

static pthread_once_t prepared = PTHREAD_ONCE_INIT;

static void prepare(void) { mosquitto_lib_init(); }

void nhip_mosquitto_prepare(void) { pthread_once(&prepared, prepare); }
