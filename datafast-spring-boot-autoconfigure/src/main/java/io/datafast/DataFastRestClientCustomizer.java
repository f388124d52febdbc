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

package io.datafast;

import org.springframework.web.client.RestClient;

/**
 * Customizes the {@link RestClient} that calls DataFast, and no other. Beans of this type
 * are applied last, in their {@linkplain org.springframework.core.annotation.Order
 * order}.
 */
@FunctionalInterface
public interface DataFastRestClientCustomizer {

	/**
	 * Customize the builder, for instance to add an interceptor, or to replace the
	 * request factory. A replaced request factory brings its own timeouts and TLS:
	 * {@code datafast.connect-timeout}, {@code datafast.read-timeout} and
	 * {@code datafast.ssl.bundle} do not apply to it. The builder has a
	 * {@code uriBuilderFactory} with the base URL, so {@code baseUrl} has no effect.
	 * <p>
	 * The API key is set after all interceptors of the builder have run: interceptors see
	 * requests without {@code Authorization}, and a value that an interceptor sets there
	 * is replaced.
	 * <p>
	 * Called with the first goal, on the thread that sends the goal. If the customizer
	 * throws an exception, nothing is sent, goals wait, and it is called again with a
	 * later attempt. Several threads may call it at the same time; only one of the
	 * resulting clients is used.
	 * @param builder a builder of the library's own, with base URL and request factory
	 * set; the application's {@code RestClient.Builder} beans are not part of it
	 */
	void customize(RestClient.Builder builder);

}
