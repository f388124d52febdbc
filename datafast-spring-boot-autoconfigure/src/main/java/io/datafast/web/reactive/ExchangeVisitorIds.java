/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.web.reactive;

import java.util.List;

import io.datafast.support.VisitorIds;
import io.datafast.web.VisitorCookie;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpCookie;
import org.springframework.web.server.ServerWebExchange;

/**
 * Reads an exchange's visitor id: that of the cookie, or the one issued with the
 * exchange.
 */
final class ExchangeVisitorIds {

	private ExchangeVisitorIds() {
	}

	static @Nullable String find(ServerWebExchange exchange, VisitorCookie visitorCookie) {
		Object issued = exchange.getAttribute(VisitorCookie.ISSUED_ATTRIBUTE);
		return (issued instanceof String visitorId) ? visitorId : findInCookies(exchange, visitorCookie);
	}

	private static @Nullable String findInCookies(ServerWebExchange exchange, VisitorCookie visitorCookie) {
		List<HttpCookie> cookies = exchange.getRequest().getCookies().get(visitorCookie.name());
		if (cookies != null) {
			for (HttpCookie cookie : cookies) {
				String visitorId = VisitorIds.wellFormedOrNull(cookie.getValue());
				if (visitorId != null) {
					return visitorId;
				}
			}
		}
		return null;
	}

}
