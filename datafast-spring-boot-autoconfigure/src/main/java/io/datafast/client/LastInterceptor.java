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

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Sets the API key, so that no other interceptor can replace it, add to it, or log it,
 * and notes that the request is about to be sent. If another interceptor fails or answers
 * before, DataFast has certainly not got the goal.
 */
final class LastInterceptor implements ClientHttpRequestInterceptor {

	static final String CREDENTIALS_ATTRIBUTE = LastInterceptor.class.getName() + ".credentials";

	static final String SENDING_ATTRIBUTE = LastInterceptor.class.getName() + ".sending";

	private final Supplier<GoalClientCredentials> credentials;

	LastInterceptor(Supplier<GoalClientCredentials> credentials) {
		this.credentials = credentials;
	}

	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		// Another interceptor may have replaced the request by one without attributes.
		GoalClientCredentials current = (request.getAttributes()
			.get(CREDENTIALS_ATTRIBUTE) instanceof GoalClientCredentials ofCall) ? ofCall : this.credentials.get();
		request.getHeaders().setBearerAuth(current.apiKey());
		if (request.getAttributes().get(SENDING_ATTRIBUTE) instanceof AtomicBoolean sending) {
			sending.set(true);
		}
		return execution.execute(request, body);
	}

}
