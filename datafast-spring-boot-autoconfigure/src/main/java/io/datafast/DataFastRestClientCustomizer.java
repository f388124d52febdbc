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
	 * request factory in order to use a proxy or an SSL bundle. A replaced request
	 * factory brings its own timeouts: {@code datafast.connect-timeout} and
	 * {@code datafast.read-timeout} no longer apply. The base URL is set by a
	 * {@code uriBuilderFactory}, which goes before a {@code baseUrl}. If it throws,
	 * start-up fails.
	 * @param builder a builder of our own, with base URL and request factory set
	 */
	void customize(RestClient.Builder builder);

}
