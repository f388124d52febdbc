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

package io.datafast.sample;

import io.datafast.sample.demo.InProcessDataFast;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.UseMainMethod;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The shop as it starts with an API key. The base URL is one where nobody listens, so
 * that no mistake reaches the real DataFast.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, useMainMethod = UseMainMethod.ALWAYS,
		properties = { "datafast.api-key=df_test", "datafast.website-id=dfid_\"test\"",
				"datafast.base-url=http://127.0.0.1:9/api/v1", "sample.script.domain=shop.example.org" })
class SampleApplicationWithKeyTests {

	@Test
	void mockIsNotStarted(@Autowired ObjectProvider<InProcessDataFast> dataFast) {
		assertThat(dataFast.stream()).isEmpty();
	}

	@Test
	void pageIncludesScript(@LocalServerPort int port) {
		assertThat(new Browser(port).get("/")).contains("<script defer data-website-id=\"dfid_&quot;test&quot;\"")
			.contains("data-domain=\"shop.example.org\"")
			.contains("src=\"https://datafa.st/js/script.js\"")
			.contains("The shop talks to the real DataFast.")
			.doesNotContain("name=\"behaviour\"");
	}

}
