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

package io.datafast.client;

import org.jspecify.annotations.Nullable;

/**
 * The credentials for calls to DataFast. A website key starts with {@code df_}. An
 * account token starts with {@code dft_} and needs the id of a website.
 *
 * @param apiKey the API key
 * @param websiteId the website's id, or {@code null}; ignored unless the key is an
 * account token
 */
public record GoalClientCredentials(String apiKey, @Nullable String websiteId) {

	/**
	 * Create credentials.
	 * @param apiKey the API key
	 * @param websiteId the website's id, or {@code null}
	 */
	public GoalClientCredentials {
		websiteId = isAccountToken(apiKey) ? websiteId : null;
	}

	/**
	 * Whether a key is an account token, which needs the id of a website.
	 * @param apiKey the API key, or {@code null}
	 * @return whether it is an account token
	 */
	public static boolean isAccountToken(@Nullable String apiKey) {
		return apiKey != null && apiKey.startsWith("dft_");
	}

	@Override
	public String toString() {
		return "GoalClientCredentials[websiteId=" + this.websiteId + "]";
	}

}
