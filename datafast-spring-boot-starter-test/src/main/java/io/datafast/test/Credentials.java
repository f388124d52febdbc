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

package io.datafast.test;

import org.jspecify.annotations.Nullable;

/**
 * The credentials that the mock accepts, as {@code Authorization} headers carry them.
 */
final class Credentials {

	static final String API_KEY = "df_mock_key";

	static final String ACCOUNT_TOKEN = "dft_mock_token";

	private static final String SCHEME = "Bearer ";

	private Credentials() {
	}

	static @Nullable Verdict check(Incoming request) {
		String authorization = request.header("Authorization");
		if (authorization == null || !authorization.startsWith(SCHEME)) {
			return Verdict.refused(401, "Missing API key: send it as 'Authorization: Bearer <API key>'");
		}
		String key = authorization.substring(SCHEME.length());
		if (key.equals(API_KEY)) {
			return null;
		}
		if (!key.equals(ACCOUNT_TOKEN)) {
			return Verdict.refused(401, Messages.INVALID_KEY);
		}
		return request.hasParameter("websiteId") ? null
				: Verdict.refused(400, "An account token needs the query parameter 'websiteId'");
	}

}
